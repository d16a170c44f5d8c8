"""One data key per patient, at rest under the master key; destroying it erases, for good."""

import asyncio
from contextlib import AbstractAsyncContextManager
from types import NoneType

import pytest
from pymongo.errors import OperationFailure

from careflow_events.sealing import Sealer
from careflow_service.errors import BodyBroken, OwnerErased
from careflow_service.identity import Actor
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.key_proofs import KEY_PROOFS, KeyWrong
from careflow_service.mongo.store import Keys, Store, open_store
from careflow_service.mongo.vault import ERASED, KEYS, Apart, BlindIndex
from careflow_service.testing.rehearsal import conflict
from careflow_service.testing.store import NO_RECIPIENTS, SetClock, new_keys, scratch_store
from careflow_service.work import Transaction
from libs.service.tests.clinic import a_care_path, private_care_paths

pytestmark = pytest.mark.store


def bare(url: str, database: str, keys: Keys) -> AbstractAsyncContextManager[Store]:
    """The store as a process has it before any index was made."""
    return open_store(
        url=url,
        database=database,
        process="tests",
        keys=keys,
        published={},
        sealer=Sealer(NO_RECIPIENTS),
        clock=SetClock(),
    )


async def test_what_was_encrypted_is_decrypted(store: Store) -> None:
    ciphertext = await store.vault.encrypt("p1", b"born in March")

    assert b"March" not in bytes(ciphertext)
    assert await store.vault.decrypt(ciphertext) == b"born in March"


async def test_several_are_opened_together_each_with_the_key_of_its_owner(store: Store) -> None:
    texts = [b"", b"born in March", b"\x00" * 5000]
    sealed = [await store.vault.encrypt(f"p{n}", text) for n, text in enumerate(texts)]

    assert await store.vault.decrypt_several([*sealed, sealed[1]]) == [*texts, texts[1]]
    assert await store.vault.decrypt_several([]) == []


async def test_of_several_none_is_told_where_one_does_not_open(store: Store) -> None:
    kept, gone = await store.vault.encrypt("p1", b"kept"), await store.vault.encrypt("p2", b"gone")
    changed = bytes(kept)[:-1] + bytes([kept[-1] ^ 1])

    with pytest.raises(BodyBroken):
        await store.vault.decrypt_several([kept, changed])
    await store.vault.erase("p2")
    with pytest.raises(OwnerErased):
        await store.vault.decrypt_several([kept, gone])


@pytest.mark.parametrize("first", range(12))
async def test_what_somebody_wrote_into_the_store_is_not_taken_for_what_was_opened(store: Store, first: int) -> None:
    kept = await store.vault.encrypt("p1", b"kept")

    for forged in (
        bytes([first]) + bytes(kept)[1:-1],
        bytes([first]),
        bytes([first]) + b'{"version":1}',
        b'{"id":"1"}',
        b"",
    ):
        with pytest.raises((BodyBroken, OwnerErased)):
            await store.vault.decrypt_several([kept, forged])


async def test_equal_texts_look_different(store: Store) -> None:
    assert await store.vault.encrypt("p1", b"same") != await store.vault.encrypt("p1", b"same")


async def test_first_writers_of_one_patient_share_one_key(store: Store) -> None:
    ciphertexts = await asyncio.gather(*(store.vault.encrypt("p1", b"%d" % n) for n in range(10)))

    assert await store.database[KEYS].count_documents({"keyAltNames": "p1"}) == 1
    assert [await store.vault.decrypt(each) for each in ciphertexts] == [b"%d" % n for n in range(10)]


async def test_a_key_made_inside_a_transaction_outlives_its_abort(store: Store) -> None:
    paths = private_care_paths(store)
    path = a_care_path()
    tries = 0

    async def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        await paths.add(path, tx)
        if tries == 1:
            raise conflict()

    await store.work.run(work, by=Actor.system("tests"), action="open", returns=NoneType)

    assert await store.database[KEYS].count_documents({"keyAltNames": path.patient_id}) == 1
    assert await paths.get(path.id) == path


async def test_after_erasure_nothing_can_be_read_or_written(store: Store) -> None:
    ciphertext = await store.vault.encrypt("p1", b"born in March")
    other = await store.vault.encrypt("p2", b"born in May")

    await store.vault.erase("p1")

    with pytest.raises(OwnerErased):
        await store.vault.decrypt(ciphertext)
    with pytest.raises(OwnerErased):
        await store.vault.encrypt("p1", b"again")
    assert await store.database[KEYS].count_documents({"keyAltNames": "p1"}) == 0
    assert await store.vault.decrypt(other) == b"born in May"


async def test_what_is_kept_apart_has_a_key_of_its_own_which_goes_with_the_others(store: Store) -> None:
    whole = await store.vault.encrypt("p1", b"born in March")
    apart = await store.vault.encrypt("p1", b"a dream", apart=Apart.PSYCHOTHERAPY_NOTES)
    assert (await store.vault.decrypt(whole), await store.vault.decrypt(apart)) == (b"born in March", b"a dream")
    assert whole[1:17] != apart[1:17]

    await store.vault.erase("p1")

    assert await store.database[KEYS].count_documents({}) == 0
    for ciphertext in (whole, apart):
        with pytest.raises(OwnerErased):
            await store.vault.decrypt(ciphertext)
    with pytest.raises(OwnerErased):
        await store.vault.encrypt("p1", b"another dream", apart=Apart.PSYCHOTHERAPY_NOTES)


async def test_erasing_again_or_somebody_unknown_is_harmless(store: Store) -> None:
    await store.vault.erase("p1")
    await store.vault.erase("p1")

    assert await store.database[ERASED].count_documents({"_id": "p1"}) == 1
    with pytest.raises(OwnerErased):
        await store.vault.encrypt("p1", b"first time")


async def test_a_first_write_that_meets_the_erasure_leaves_no_key(store: Store) -> None:
    outcomes = await asyncio.gather(
        *(store.vault.encrypt(f"p{n}", b"x") for n in range(8)),
        *(store.vault.erase(f"p{n}") for n in range(8)),
        return_exceptions=True,
    )

    assert all(not isinstance(each, Exception) or isinstance(each, OwnerErased) for each in outcomes)
    assert await store.database[KEYS].count_documents({}) == 0


async def test_a_changed_ciphertext_is_broken(store: Store) -> None:
    ciphertext = bytearray(await store.vault.encrypt("p1", b"born in March"))
    ciphertext[-1] ^= 1

    with pytest.raises(BodyBroken):
        await store.vault.decrypt(bytes(ciphertext))


async def test_the_wrong_master_key_is_one_clear_error_at_start_up(
    store_url: str, database: str, clock: SetClock
) -> None:
    right, wrong = new_keys(), new_keys()
    async with scratch_store(store_url, database, clock=clock, keys=right) as store:
        await store.check_keys()
        ciphertext = await store.vault.encrypt("p1", b"born in March")

    async with scratch_store(store_url, database, clock=clock, keys=wrong) as store:
        with pytest.raises(KeyWrong, match="CAREFLOW_MASTER_KEY is not the key this database was written with"):
            await store.check_keys()

    async with scratch_store(store_url, database, clock=clock, keys=right) as store:
        await store.check_keys()
        assert await store.vault.decrypt(ciphertext) == b"born in March"


async def test_processes_that_start_on_a_new_database_agree_on_the_keys(store_url: str, database: str) -> None:
    keys = new_keys()
    async with bare(store_url, database, keys) as one, bare(store_url, database, keys) as other:
        await asyncio.gather(*(each.check_keys() for each in (one, other) * 3))

        assert [len(each["line"]) async for each in one.database[KEY_PROOFS].find()] == [1, 1, 1]


async def test_the_data_key_at_rest_is_itself_encrypted(store: Store) -> None:
    await store.vault.encrypt("p1", b"x")

    key = await store.database[KEYS].find_one({"keyAltNames": "p1"})

    assert key is not None
    assert key["masterKey"] == {"provider": f"local:{store.keys.lines.master.current_id}"}
    with pytest.raises(OperationFailure):
        await store.database[KEYS].insert_one({"_id": key["_id"]})


def test_a_blind_index_finds_equal_values_of_one_purpose() -> None:
    index = _index(b"k" * 32)

    assert index.of("patient.email", "a@example.org") == index.of("patient.email", "a@example.org")
    assert index.of("patient.email", "a@example.org") != index.of("patient.phone", "a@example.org")
    assert index.of("patient.email", "a@example.org") != _index(b"l" * 32).of("patient.email", "a@example.org")
    assert index.of("ab", "c") != index.of("a", "bc")


def _index(key: bytes) -> BlindIndex:
    return BlindIndex(KeyLine(KeyKind.BLIND_INDEX, key))
