"""The contract models: strict when produced, tolerant when read."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from careflow_events import contracts
from careflow_events.catalogue import (
    CATALOGUE,
    MalformedData,
    UnknownType,
    authenticated,
    contract_for,
    read,
)
from careflow_events.catalogue import write as write_data
from careflow_events.contracts import Sealed, codes
from careflow_events.contracts.model import EventData
from careflow_events.envelope import Envelope
from careflow_events.publication import Publication, compose, patient_subject
from careflow_events.sealing import SectionBroken
from careflow_events.testing.example import PATIENT
from careflow_events.testing.samples import sample_key_ring, sample_sealer, samples

NOW = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
ALERT_ID = "0199f1e5-6b1c-7d93-af42-18e7c6d5b408"


def alert(**changes: Any) -> dict[str, Any]:
    """What a raised alert is produced from."""
    return {
        "patient_id": PATIENT,
        "alert_id": ALERT_ID,
        "level": codes.AlertLevel.HIGH,
        "source": codes.AlertSource.STAFF,
        "raised_at": NOW,
        "respond_by": NOW + timedelta(minutes=5),
        **changes,
    }


def event(data: dict[str, Any], contract: type[EventData] = contracts.SafetyAlertRaised, **changes: Any) -> Envelope:
    """An envelope around open data, as it came over the wire."""
    attributes: dict[str, Any] = {
        "id": "0199f1e5-6b1c-7d93-af42-000000000001",
        "source": f"/careflow/{contract.topic.service}",
        "type": contract.type(),
        "subject": patient_subject(PATIENT),
        "time": NOW,
        "dataschema": contract.schema_id(),
        "dataclassification": contract.topic.classification.value,
        "data": data,
    }
    return Envelope(**{**attributes, **changes})


def on_the_wire(**changes: Any) -> dict[str, Any]:
    """The open data of a raised alert, with some fields changed; None removes one."""
    wire = {**contracts.SafetyAlertRaised(**alert()).model_dump(mode="json"), **changes}
    return {name: value for name, value in wire.items() if value is not None}


class TestNames:
    def test_the_type_names_service_event_and_major(self) -> None:
        assert contracts.SafetyAlertRaised.type() == "careflow.screening.SafetyAlertRaised.v1"
        assert contracts.SafetyAlertRaised.schema_id() == "careflow:schemas/screening/SafetyAlertRaised/v1"

    def test_every_contract_that_can_be_imported_is_in_the_catalogue(self) -> None:
        exported = {getattr(contracts, name) for name in contracts.__all__}
        events = {each for each in exported if isinstance(each, type) and issubclass(each, EventData)}
        kinds = {each for each in events if each.__subclasses__()}

        assert events - kinds == set(CATALOGUE.values())
        assert all(each.__name__.endswith(("Event", "EventData")) for each in kinds)

    def test_an_unknown_type_has_no_contract(self) -> None:
        assert contract_for("careflow.booking.RoomPainted.v1") is None
        with pytest.raises(UnknownType):
            read(event({}, type="careflow.booking.RoomPainted.v1"), None)


class TestProducing:
    def test_what_it_should_be_is_accepted(self) -> None:
        assert contracts.SafetyAlertRaised(**alert()).level is codes.AlertLevel.HIGH

    @pytest.mark.parametrize(
        "changes",
        [
            {"patient_id": "Marisol"},
            {"patient_id": None},
            {"alert_id": ALERT_ID.upper()},
            {"level": "urgent"},
            {"level": None},
            {"source": codes.AlertSource.UNKNOWN},
            {"source": "unknown"},
            {"source": "newspaper"},
            {"source": 7},
            {"raised_at": datetime(2026, 12, 1)},  # noqa: DTZ001 - that is the mistake
            {"raised_at": "yesterday"},
            {"raised_at": 1_796_000_000},
            {"note": "called twice"},
        ],
        ids=str,
    )
    def test_anything_else_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            contracts.SafetyAlertRaised(**alert(**changes))

    @pytest.mark.parametrize("step", [0, "2", 2.0, True])
    def test_numbers_are_numbers(self, step: object) -> None:
        with pytest.raises(ValidationError):
            contracts.SafetyAlertEscalated(patient_id=PATIENT, alert_id=ALERT_ID, step=step)  # type: ignore[arg-type]  # that is the mistake

    def test_a_required_field_may_not_be_left_out(self) -> None:
        with pytest.raises(ValidationError):
            contracts.SafetyAlertClosed(patient_id=PATIENT, alert_id=ALERT_ID)  # type: ignore[call-arg]  # that is the mistake

    def test_a_sealed_section_is_produced_as_plaintext(self) -> None:
        with pytest.raises(ValidationError, match=r"Sealed\.plain"):
            contracts.QuestionnaireCompleted(
                patient_id=PATIENT,
                case_id=ALERT_ID,
                request_id=ALERT_ID,
                purpose=codes.QuestionnairePurpose.INTAKE,
                completed_at=NOW,
                for_sessions=contracts.QuestionnaireForSessions(questionnaire="phq-9"),  # type: ignore[arg-type]  # that is the mistake
            )

    def test_errors_do_not_quote_values(self) -> None:
        with pytest.raises(ValidationError) as refused:
            contracts.SafetyAlertRaised(**alert(patient_id="Marisol", note="called twice"))

        assert "Marisol" not in str(refused.value)
        assert "called" not in str(refused.value)

    def test_events_cannot_be_changed_afterwards(self) -> None:
        raised = contracts.SafetyAlertRaised(**alert())
        with pytest.raises(ValidationError):
            raised.level = codes.AlertLevel.LOW  # type: ignore[misc]  # that is the mistake


class TestOnTheWire:
    def test_moments_are_utc_with_milliseconds(self) -> None:
        afternoon = datetime(2026, 12, 1, 10, 0, 0, 123_456, timezone(timedelta(hours=-8)))
        raised = contracts.SafetyAlertRaised(**alert(raised_at=afternoon))

        assert raised.model_dump(mode="json")["raised_at"] == "2026-12-01T18:00:00.123Z"
        assert raised.raised_at == datetime(2026, 12, 1, 18, 0, 0, 123_000, UTC)

    def test_absent_values_are_left_out(self) -> None:
        details = contracts.PatientForScreening(birth_date=date(1988, 4, 19), state="CA")
        registered = contracts.PatientRegistered(
            patient_id=PATIENT,
            for_screening=Sealed.plain(details),
            for_sessions=Sealed.plain(
                contracts.PatientForSessions(
                    name=contracts.PersonName(given="Mari", family="Brandt"), birth_date=date(1988, 4, 19)
                )
            ),
            for_billing=Sealed.plain(
                contracts.PatientForBilling(
                    legal_name=contracts.PersonName(given="Mari", family="Brandt"), birth_date=date(1988, 4, 19)
                )
            ),
        )

        wire = write_data(registered, id="1", subject=patient_subject(PATIENT), sealer=sample_sealer())
        aad = authenticated("1", registered.type(), patient_subject(PATIENT), "for_screening")
        opened = sample_key_ring("screening").open(wire["for_screening"], aad)

        assert opened is not None
        assert orjson.loads(opened) == {"birth_date": "1988-04-19", "state": "CA"}

    def test_a_keyword_of_python_has_its_name_of_the_contract(self) -> None:
        moved = contracts.CarePathStageChanged(
            patient_id=PATIENT, from_=codes.CareStage.INQUIRY, to=codes.CareStage.INFO_CALL
        )

        wire = write_data(moved, id="1", subject=patient_subject(PATIENT), sealer=sample_sealer())
        assert wire == {"patient_id": PATIENT, "from": "inquiry", "to": "info_call"}

    def test_a_dump_never_shows_a_sealed_section(self) -> None:
        granted = next(s for s in samples() if s.contract is contracts.ClearanceGranted)
        data = read(granted.envelope, sample_key_ring("sessions"))

        for text in (data.model_dump_json(), repr(data), str(data)):
            assert "treatment_resistant" not in text


class TestReading:
    def test_unknown_fields_are_ignored_and_unknown_codes_are_unknown(self) -> None:
        data = read(event(on_the_wire(source="wearable", battery=7)), None)

        assert isinstance(data, contracts.SafetyAlertRaised)
        assert data.source is codes.AlertSource.UNKNOWN

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"level": "urgent"}, "level"),
            ({"level": "unknown"}, "level"),
            ({"level": None}, "level"),
            ({"source": 7}, "source"),
            ({"raised_at": "2026-12-01"}, "raised_at"),
            ({"raised_at": 1_796_000_000}, "raised_at"),
            ({"patient_id": "Marisol"}, "patient_id"),
            ({"patient_id": 7}, "patient_id"),
        ],
    )
    def test_data_that_breaks_its_contract_is_named_by_field_never_by_value(
        self, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(MalformedData) as malformed:
            read(event(on_the_wire(**changes)), None)

        assert malformed.value.fields == (field,)
        assert malformed.value.__suppress_context__
        assert "Marisol" not in str(malformed.value)

    @pytest.mark.parametrize("section", ["text", 7, [], {}])
    def test_a_section_that_must_open_and_is_none_is_broken(self, section: object) -> None:
        suspended = next(s for s in samples() if s.contract is contracts.ClearanceSuspended)
        data = {**orjson.loads(suspended.value)["data"], "for_sessions": section}

        with pytest.raises(SectionBroken):
            read(event(data, contracts.ClearanceSuspended), sample_key_ring("sessions"))

    def test_a_section_moved_from_another_event_is_broken(self) -> None:
        suspended = next(s for s in samples() if s.contract is contracts.ClearanceSuspended)
        data = orjson.loads(suspended.value)["data"]

        with pytest.raises(SectionBroken):
            read(event(data, contracts.ClearanceSuspended), sample_key_ring("sessions"))

    def test_a_plaintext_that_breaks_its_contract_is_malformed_data(self) -> None:
        contract, subject = contracts.ClearanceSuspended, patient_subject(PATIENT)
        aad = authenticated("1", contract.type(), subject, "for_sessions")
        wrong = sample_sealer().seal(b'{"reason":7,"newer":1}', ["sessions"], aad)
        suspended = next(s for s in samples() if s.contract is contract)
        data = {**orjson.loads(suspended.value)["data"], "for_sessions": wrong}

        with pytest.raises(MalformedData) as malformed:
            read(event(data, contract, id="1"), sample_key_ring("sessions"))
        assert malformed.value.fields == ("for_sessions.reason",)


class TestComposing:
    def test_a_publication_becomes_a_numbered_event_of_its_service(self) -> None:
        raised = contracts.SafetyAlertRaised(**alert())
        publication = Publication(subject=patient_subject(PATIENT), data=raised, correlation="care-path")

        envelope = compose(
            publication,
            id="1",
            sequence=4,
            now=NOW,
            causation="command",
            correlation="request",
            traceparent=None,
            sealer=sample_sealer(),
        )

        assert (envelope.source, envelope.type) == ("/careflow/screening", raised.type())
        assert envelope.stream == publication.stream == f"careflow.screening.safety.v1/patient:{PATIENT}"
        assert (envelope.sequence, envelope.time, envelope.recordedtime) == (4, NOW, NOW)
        assert (envelope.causationid, envelope.correlationid) == ("command", "care-path")
        assert envelope.dataclassification == "safety"
        assert read(envelope, None) == raised

    def test_a_patients_event_belongs_in_that_patients_stream(self) -> None:
        with pytest.raises(ValueError, match="own patient"):
            Publication(subject="patient:somebody-else", data=contracts.SafetyAlertRaised(**alert()))
