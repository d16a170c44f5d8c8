"""Sealed sections: only the named consumers read them, and only in the event they were made for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey
from jwcrypto import jwe as other_jwe
from jwcrypto import jwk as other_jwk

from careflow_events.sealing import (
    LARGEST_SECTION,
    KeyMissing,
    KeyRing,
    RecipientUnknown,
    Sealer,
    SectionBroken,
    SectionTooLarge,
)

PLAINTEXT = b'{"reason":"for the treating team alone"}'
AAD = "0198a000-0000-7000-8000-000000000001|careflow.screening.ClearanceSuspended.v1|patient:1|for_sessions"


def a_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "enc"})


def public(*keys: ECKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def private(*keys: ECKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=True) for key in keys]}


SESSIONS, BILLING, SCREENING = a_key("sessions-1"), a_key("billing-1"), a_key("screening-1")
SEALER = Sealer(public(SESSIONS, BILLING, SCREENING))


def sealed_for(*consumers: str, plaintext: bytes = PLAINTEXT, sealer: Sealer = SEALER) -> dict[str, Any]:
    """A section as a reader gets it: through JSON."""
    section: dict[str, Any] = orjson.loads(orjson.dumps(sealer.seal(plaintext, consumers, AAD)))
    return section


def test_every_named_consumer_opens_it_with_its_own_key() -> None:
    section = sealed_for("sessions", "billing")

    for consumer, key in (("sessions", SESSIONS), ("billing", BILLING)):
        opened = KeyRing(consumer, private(key)).open(section, AAD)
        assert opened is not None
        assert orjson.loads(opened) == orjson.loads(PLAINTEXT)


def test_to_a_consumer_it_is_not_addressed_to_it_is_absent() -> None:
    assert KeyRing("screening", private(SCREENING)).open(sealed_for("sessions", "billing"), AAD) is None


def test_a_consumer_whose_name_starts_alike_is_another_consumer() -> None:
    assert KeyRing("sessions-archive", private(a_key("sessions-archive-1"))).open(sealed_for("sessions"), AAD) is None


def test_it_names_the_algorithms_of_the_contract_under_protection() -> None:
    protected = urlsafe_b64decode(sealed_for("sessions")["protected"] + "==")

    assert orjson.loads(protected) == {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


@pytest.mark.parametrize("length", [1, 255, 256, 257, 5000])
def test_its_length_tells_only_256_byte_steps(length: int) -> None:
    section = sealed_for("sessions", plaintext=b"1" * length)

    ciphertext = urlsafe_b64decode(section["ciphertext"] + "==")
    assert len(ciphertext) % 256 == 0
    assert 0 <= len(ciphertext) - length < 256


def test_the_largest_section_still_opens_and_a_larger_one_is_never_sealed() -> None:
    section = sealed_for("sessions", plaintext=b"1" * LARGEST_SECTION)

    assert KeyRing("sessions", private(SESSIONS)).open(section, AAD) == b"1" * LARGEST_SECTION
    with pytest.raises(SectionTooLarge):
        sealed_for("sessions", plaintext=b"1" * (LARGEST_SECTION + 1))


def test_sealing_the_same_twice_gives_nothing_to_compare() -> None:
    first, second = sealed_for("sessions"), sealed_for("sessions")

    assert first["ciphertext"] != second["ciphertext"]
    assert first["recipients"][0]["header"]["epk"] != second["recipients"][0]["header"]["epk"]


class TestRotation:
    def test_while_both_keys_are_public_either_private_key_opens_it(self) -> None:
        old, new = a_key("sessions-1"), a_key("sessions-2")
        section = sealed_for("sessions", sealer=Sealer(public(old, new)))

        assert KeyRing("sessions", private(old)).open(section, AAD) is not None
        assert KeyRing("sessions", private(new)).open(section, AAD) is not None

    def test_what_was_sealed_before_it_opens_with_the_kept_key(self) -> None:
        old, new = a_key("sessions-1"), a_key("sessions-2")
        section = sealed_for("sessions", sealer=Sealer(public(old)))

        assert KeyRing("sessions", private(old, new)).open(section, AAD) is not None

    def test_a_key_that_has_not_arrived_is_a_transient_fault(self) -> None:
        old, new = a_key("sessions-1"), a_key("sessions-2")
        section = sealed_for("sessions", sealer=Sealer(public(new)))

        with pytest.raises(KeyMissing):
            KeyRing("sessions", private(old)).open(section, AAD)


class TestTampering:
    def test_a_section_moved_to_another_event_does_not_open(self) -> None:
        elsewhere = AAD.replace("0198a000", "0198a001")

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(sealed_for("sessions"), elsewhere)

    def test_not_even_when_its_aad_is_rewritten(self) -> None:
        section = sealed_for("sessions")
        elsewhere = AAD.replace("for_sessions", "for_billing")
        section["aad"] = urlsafe_b64encode(elsewhere.encode()).rstrip(b"=").decode()

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, elsewhere)

    @pytest.mark.parametrize("part", ["protected", "iv", "ciphertext", "tag"])
    @pytest.mark.parametrize("damage", ["flipped", "cut", "emptied", "missing", "number", "not base64", "not ASCII"])
    def test_a_damaged_part_breaks_the_section(self, part: str, damage: str) -> None:
        section = sealed_for("sessions")
        _damage(section, part, damage)

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, AAD)

    @pytest.mark.parametrize("damage", ["flipped", "cut", "emptied", "missing", "number", "not base64", "not ASCII"])
    def test_a_damaged_wrapped_key_breaks_the_section(self, damage: str) -> None:
        section = sealed_for("sessions")
        _damage(section["recipients"][0], "encrypted_key", damage)

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, AAD)

    @pytest.mark.parametrize(
        "epk",
        [None, 7, {}, {"kty": "EC"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "oct", "k": "AA"}],
    )
    def test_a_damaged_ephemeral_key_breaks_the_section(self, epk: object) -> None:
        section = sealed_for("sessions")
        section["recipients"][0]["header"]["epk"] = epk

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, AAD)

    def test_a_section_wrapped_for_another_key_under_our_kid_breaks(self) -> None:
        section = sealed_for("sessions", sealer=Sealer(public(a_key("sessions-1"))))

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, AAD)

    @pytest.mark.parametrize("algorithm", ["dir", "A256KW", "ECDH-ES", "RSA-OAEP"])
    def test_another_algorithm_is_not_accepted(self, algorithm: str) -> None:
        section = sealed_for("sessions")
        header = orjson.dumps({"alg": algorithm, "enc": "A256GCM"})
        section["protected"] = urlsafe_b64encode(header).rstrip(b"=").decode()

        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, AAD)

    @pytest.mark.parametrize("section", [None, "text", 7, [], {}, {"recipients": "sessions-1"}, {"recipients": [None]}])
    def test_what_is_no_section_at_all_is_broken(self, section: object) -> None:
        with pytest.raises(SectionBroken):
            KeyRing("sessions", private(SESSIONS)).open(section, AAD)

    def test_recipient_entries_of_others_may_be_nonsense(self) -> None:
        section = sealed_for("sessions")
        section["recipients"] += [{}, {"header": None}, {"header": {"kid": 7}}, {"header": {"kid": "billing-1"}}]

        assert KeyRing("sessions", private(SESSIONS)).open(section, AAD) is not None


class TestKeys:
    def test_sealing_to_a_consumer_without_a_key_is_refused_by_its_name(self) -> None:
        with pytest.raises(RecipientUnknown, match="pharmacy"):
            SEALER.seal(PLAINTEXT, ["sessions", "pharmacy"], AAD)

    def test_start_up_can_ask_for_all_recipients_at_once(self) -> None:
        SEALER.confirm({"sessions", "billing"})
        with pytest.raises(RecipientUnknown):
            SEALER.confirm({"pharmacy"})

    def test_a_key_ring_holds_the_keys_of_one_consumer(self) -> None:
        with pytest.raises(ValueError, match="sessions"):
            KeyRing("sessions", private(SESSIONS, BILLING))

    def test_a_key_ring_needs_private_keys(self) -> None:
        with pytest.raises(ValueError, match="private"):
            KeyRing("sessions", public(SESSIONS))

    @pytest.mark.parametrize("kid", ["sessions", "-1", ""])
    def test_a_key_must_say_whose_it_is(self, kid: str) -> None:
        key = {**a_key("sessions-1").as_dict(private=False), "kid": kid}

        with pytest.raises(ValueError, match="kid"):
            Sealer({"keys": [key]})

    @pytest.mark.parametrize(
        "key", [{}, {"kty": "oct", "k": "AA", "kid": "sessions-1"}, {"kty": "EC", "kid": "sessions-1"}]
    )
    def test_what_is_no_elliptic_curve_key_is_refused(self, key: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="sealing key"):
            Sealer({"keys": [key]})


class TestAnotherLibrary:
    """The sections are RFC 7516, not one library's dialect."""

    def test_it_opens_ours(self) -> None:
        section = sealed_for("sessions", "billing")

        token = other_jwe.JWE(algs=["ECDH-ES+A256KW", "A256GCM"])
        token.deserialize(orjson.dumps(section).decode(), other_jwk.JWK(**SESSIONS.as_dict(private=True)))

        assert orjson.loads(token.payload) == orjson.loads(PLAINTEXT)
        assert token.objects["aad"] == AAD.encode()

    def test_we_open_its(self) -> None:
        token = other_jwe.JWE(
            PLAINTEXT,
            protected='{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}',
            aad=AAD.encode(),
            algs=["ECDH-ES+A256KW", "A256GCM"],
        )
        for key in (BILLING, SESSIONS):
            token.add_recipient(other_jwk.JWK(**key.as_dict(private=False)), header=f'{{"kid":"{key.kid}"}}')

        assert KeyRing("sessions", private(SESSIONS)).open(orjson.loads(token.serialize()), AAD) == PLAINTEXT


def _damage(holder: dict[str, Any], part: str, damage: str) -> None:
    text: str = holder[part]
    damaged = {
        "flipped": ("B" if text[0] == "A" else "A") + text[1:],
        "cut": text[: len(text) // 2],
        "emptied": "",
        "number": 7,
        "not base64": "&" * len(text),
        "not ASCII": "ü" * len(text),
    }
    if damage == "missing":
        del holder[part]
    else:
        holder[part] = damaged[damage]


def test_keys_follow_one_another_while_a_process_works() -> None:
    newer = a_key("sessions-2")
    sealer, ring = Sealer(public(SESSIONS)), KeyRing("sessions", private(SESSIONS))
    before = sealed_for("sessions", sealer=sealer)

    ring.take(private(SESSIONS, newer))
    sealer.take(public(newer))
    after = sealed_for("sessions", sealer=sealer)

    opened = [ring.open(section, AAD) for section in (before, after)]
    assert [text is not None and orjson.loads(text) for text in opened] == [orjson.loads(PLAINTEXT)] * 2
    assert [entry["header"]["kid"] for entry in after["recipients"]] == ["sessions-2"]
    assert (sealer.kids(), ring.kids()) == (["sessions-2"], ["sessions-1", "sessions-2"])


def test_keys_that_cannot_be_used_change_nothing() -> None:
    sealer, ring = Sealer(public(SESSIONS)), KeyRing("sessions", private(SESSIONS))

    with pytest.raises(ValueError, match="kid of a sealing key"):
        sealer.take(public(a_key("nobody")))
    for wrong in (private(BILLING), public(SESSIONS)):
        with pytest.raises(ValueError, match="a key ring"):
            ring.take(wrong)

    assert ring.open(sealed_for("sessions", sealer=sealer), AAD) is not None
