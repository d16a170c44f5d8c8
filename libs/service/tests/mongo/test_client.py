"""Opening the client: concerns belong on transactions, and a refused URL is never shown."""

import pytest

from careflow_service.mongo.client import StoreUrlWrong, open_client


@pytest.mark.parametrize("option", ["w=majority", "journal=true", "readConcernLevel=majority", "wTimeoutMS=5"])
async def test_a_url_with_concerns_is_refused(option: str) -> None:
    with pytest.raises(StoreUrlWrong, match="must not set") as refused:
        open_client(f"mongodb://somebody:hidden@localhost/?{option}", name="tests")

    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "localhost:27017", "mongodb://", "mongodb://u:hid:den@h/", "mongodb://h/?x"])
async def test_what_is_no_connection_string_is_refused(url: str) -> None:
    with pytest.raises(StoreUrlWrong) as refused:
        open_client(url, name="tests")

    assert "hidden" not in str(refused.value)
    assert refused.value.__cause__ is None
