"""Which addresses may be called."""

from ipaddress import ip_network

import pytest
from pydantic import TypeAdapter, ValidationError

from careflow_service.addresses import Networks, is_callable


@pytest.mark.parametrize("address", ["8.8.8.8", "192.1.2.3", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_what_is_somebodys_on_the_internet_may_be_called(address: str) -> None:
    assert is_callable(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),  # noqa: S104
        *("169.254.169.254", "168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254"),
        *("198.18.0.1", "192.0.2.1", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "3fff::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "5f00::1"),
    ],
)
def test_what_is_not_may_not_in_whatever_notation(address: str) -> None:
    assert not is_callable(address)


def test_a_network_an_operator_has_named_may_be_called_and_its_neighbour_may_not() -> None:
    named = [ip_network("10.20.0.0/24"), ip_network("fd12::/64")]
    assert is_callable("10.20.0.7", named)
    assert is_callable("::ffff:10.20.0.7", named)
    assert is_callable("fd12::7", named)
    assert not is_callable("10.20.1.7", named)
    assert not is_callable("fd12:0:0:1::7", named)


@pytest.mark.parametrize("network", ["169.254.169.254/32", "0.0.0.0/0", "::/0", "fe80::/64", "224.0.0.0/8"])
def test_nobody_can_name_what_a_cloud_tells_its_secrets_at(network: str) -> None:
    with pytest.raises(ValidationError, match="never called"):
        TypeAdapter(Networks).validate_python([network])
