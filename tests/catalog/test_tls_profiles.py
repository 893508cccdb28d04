"""Policies of cloud services stand for words that the readers of TLS settings know."""

import pytest

from pqc_migrate.catalog import names, suites, tls_profiles
from pqc_migrate.catalog.tls_profiles import Profile


@pytest.mark.parametrize("key", sorted(tls_profiles.profiles()), ids="/".join)
def test_every_word_is_known(key: tuple[str, str]) -> None:
    """A version, suite or group that no table holds would be lost."""
    profile = tls_profiles.profiles()[key]
    assert profile.versions
    assert [word for word in profile.versions if not names.lookup("tls_versions", word)] == []
    assert [word for word in profile.suites if not suites.find(word)] == []
    assert [word for word in profile.groups if not names.lookup("tls_groups", word)] == []


def test_post_quantum_policies_are_credited() -> None:
    """Policies of Elastic Load Balancing with PQ in their names offer hybrid groups; the others do not say."""
    found = {name: profile for (service, name), profile in tls_profiles.profiles().items() if service == "aws-elb"}
    assert {name for name, profile in found.items() if "X25519MLKEM768" in profile.groups} == {
        name for name in found if "-pq-" in name
    }


def test_an_unknown_policy_is_no_guess() -> None:
    """Neither the service's other policies nor another service's say what it holds."""
    assert tls_profiles.find("aws-elb", "ELBSecurityPolicy-TLS13-1-9-2099-01") is None
    assert tls_profiles.find("aws-elb", "Modern") is None
    assert isinstance(tls_profiles.find("openshift", "Modern"), Profile)
