// A subscriber in Go with a Kafka client and nothing of ours: go run . BOOTSTRAP_SERVERS GROUP
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Event has what a subscriber decides by; Data is what the schema of its type says.
type Event struct {
	ID, Source, Type, Subject, Stream, Sequence string
	Time                                        time.Time
	Data                                        json.RawMessage
}

// Places holds how far each stream is known; kept in your database it outlives this process.
type Places map[string]int

// IsNext says whether the event is new, and tells what is missing before it.
func (places Places) IsNext(event Event) (bool, error) {
	sequence, err := strconv.Atoi(event.Sequence)
	if err != nil {
		return false, fmt.Errorf("event %s has no sequence: %w", event.ID, err)
	}
	known, heard := places[event.Stream]
	if heard && sequence <= known {
		return false, nil // a repeat
	}
	if heard && sequence > known+1 {
		fmt.Fprintf(os.Stderr, "%s lacks %d to %d\n", event.Stream, known+1, sequence-1)
	}
	places[event.Stream] = sequence
	return true, nil
}

func listen(ctx context.Context, servers, group string) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(servers, ",")...),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics("careflow.booking.v1"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(), // an offset is committed once what it tells is done
		kgo.BlockRebalanceOnPoll(),
	)
	if err != nil {
		return err
	}
	defer client.CloseAllowingRebalance()
	places := Places{}
	for {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := fetches.Err(); err != nil {
			return err
		}
		for _, record := range fetches.Records() {
			var event Event
			if err := json.Unmarshal(record.Value, &event); err != nil {
				return fmt.Errorf("%s[%d]@%d is no event: %w", record.Topic, record.Partition, record.Offset, err)
			}
			if event.Type == "careflow.feed.FeedCheckpoint.v1" {
				continue // how fresh this partition is: as_of in event.Data
			}
			next, err := places.IsNext(event)
			if err != nil {
				return err
			}
			if next && event.Type == "careflow.booking.PatientRegistered.v1" {
				fmt.Println(event.Subject, event.Sequence, event.Time.Format(time.RFC3339Nano))
			}
		}
		if err := client.CommitUncommittedOffsets(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		client.AllowRebalance()
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := listen(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
