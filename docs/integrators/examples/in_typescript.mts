// A subscriber in TypeScript with a Kafka client and nothing of ours: node in_typescript.mjs BOOTSTRAP_SERVERS GROUP
import { Consumer } from "@platformatic/kafka";

/** What a subscriber decides by; `data` is what the schema of its type says. */
interface CareFlowEvent {
  id: string;
  source: string;
  type: string;
  subject?: string;
  stream: string;
  sequence: string;
  time: string;
  data: Record<string, unknown>;
}

const last = new Map<string, number>(); // by stream; kept in your database it outlives this process

/** Whether the event is new; what is missing before it is said. */
function isNext({ stream, sequence }: CareFlowEvent): boolean {
  const number = Number(sequence);
  const known = last.get(stream);
  if (known !== undefined && number <= known) return false; // a repeat
  if (known !== undefined && number > known + 1) console.error(`${stream} lacks ${known + 1} to ${number - 1}`);
  last.set(stream, number);
  return true;
}

async function listen(servers: string, group: string): Promise<void> {
  const consumer = new Consumer({ clientId: group, groupId: group, bootstrapBrokers: servers.split(",") });
  const messages = await consumer.consume({
    topics: ["careflow.booking.v1"],
    mode: "committed",
    fallbackMode: "earliest",
    autocommit: false, // an offset is committed once what it tells is done
  });
  process.once("SIGINT", () => void messages.close());
  for await (const message of messages) {
    const event = JSON.parse(message.value.toString("utf-8")) as CareFlowEvent;
    // How fresh this partition is, a checkpoint says: its data.as_of.
    if (event.type !== "careflow.feed.FeedCheckpoint.v1" && isNext(event) && event.type === "careflow.booking.PatientRegistered.v1")
      console.log(event.subject, event.sequence, event.time);
    await message.commit();
  }
  await consumer.close();
}

const [servers, group] = process.argv.slice(2);
await listen(servers!, group!);
