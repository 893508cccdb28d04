import re
from collections.abc import Iterator
from typing import Any

import pytest

from pqc_migrate.bench import check, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.execute import duration
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.providers.stateful import Stateful
from pqc_migrate.bench.scheme import Material
from pqc_migrate.bench.timing import Timer
from pqc_migrate.catalog import mechanisms, trees
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Operation, Role

SMALL = (
    "LMS_SHA256_H5_W1", "LMS_SHA256_H5_W2", "LMS_SHA256_H5_W4", "LMS_SHA256_H5_W8", "LMS_SHA256_H5_W8_H5_W8",
    "XMSSMT-SHA2_20/4_256", "XMSSMT-SHAKE_20/4_256", "XMSS-SHA2_10_192",
)  # fmt: skip


def known(name: str) -> Mechanism:
    return mechanisms.from_library(name, Role.STATEFUL)


@pytest.fixture
def lms(liboqs: LiboqsProvider) -> Iterator[Stateful]:
    scheme = opened(liboqs, "LMS_SHA256_H5_W1")
    yield scheme
    scheme.close()


def opened(liboqs: LiboqsProvider, name: str) -> Stateful:
    scheme: Any = liboqs.open(known(name))
    return scheme  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", SMALL)
def test_trees_sign_verify_and_change_their_key(liboqs: LiboqsProvider, name: str) -> None:
    """The native handle signs LMS too, which liboqs-python refuses."""
    scheme = opened(liboqs, name)
    found = {c.check: c.passed for c in check.check(scheme, known(name), "liboqs")}
    scheme.close()
    assert found == {"state": True, "round-trip": True, "tampering": True, "sizes": True}


def test_a_key_that_does_not_change_fails_its_check(lms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that forgets to count signs twice with one one-time key."""
    monkeypatch.setattr(lms, "state", lambda secret: b"always the same")
    found = {c.check: c.passed for c in check.check(lms, known("LMS_SHA256_H5_W1"), "liboqs")}
    assert not found["state"]


def test_a_key_wears_out_as_the_library_counts(lms: Stateful) -> None:
    """31 signatures with a tree of 32 leaves; the next one is refused."""
    public, secret = lms.keypair()
    work = trees.work("LMS_SHA256_H5_W1")
    assert work is not None
    assert lms.remaining(secret) == work.signatures - 1 == 31
    signatures = {lms.sign(secret, b"message") for _ in range(31)}
    assert len(signatures) == 31
    assert all(lms.verify(public, b"message", signature) for signature in signatures)
    assert lms.remaining(secret) == 0


def test_timing_takes_a_new_key_before_the_old_one_is_used_up(lms: Stateful) -> None:
    """More calls than a key is good for all succeed, and no signature is made with a worn out key."""
    lms.keypair()
    call = lms.calls(Material(1, [b"m" * 64] * 4, 1))[Operation.SIGN]
    assert call.ready is not None
    for _ in range(25):
        call.ready(4)
        assert all(call.succeeded(call.function(*arguments)) for arguments in call.arguments)
    batch = Timer(call).batch(20, 0)
    assert batch.calls == 20
    with pytest.raises(BenchmarkError, match="not good for 32 signatures"):
        call.ready(32)


def test_lengths_are_those_of_the_rfcs(liboqs: LiboqsProvider) -> None:
    """RFC 8554 sections 4.5, 5.4 and 6.2 with n = m = 32; RFC 8391 sections 4.1.8, 4.2.3 and 5.3 with w = 16."""
    chains = {1: 265, 2: 133, 4: 67, 8: 34}
    seen = 0
    for mechanism in (m for m in liboqs.mechanisms() if m.role is Role.STATEFUL):
        scheme = liboqs.open(mechanism)
        sizes, name = scheme.facts.sizes, mechanism.liboqs
        scheme.close()
        if name.startswith("LMS"):
            levels = [(int(h), int(w)) for h, w in re.findall(r"_H(\d+)_W(\d+)", name)]
            signed = sum(4 + 4 + 32 * (chains[w] + 1) + 4 + 32 * h for h, w in levels)
            public = 4 + 4 + 16 + 32
            assert sizes.signature == 4 + signed + (len(levels) - 1) * public, name
            assert sizes.public_key == 4 + 4 + 4 + 16 + 32
        else:
            height, layers, bits = re.fullmatch(r"XMSS(?:MT)?-\w+?_(\d+)(?:/(\d+))?_(\d+)", name).groups()  # type: ignore[union-attr]
            n, h, d = int(bits) // 8, int(height), int(layers or 1)
            index = 4 if layers is None else (h + 7) // 8
            assert sizes.signature == index + n + d * (2 * n + 3) * n + h * n, name
            assert sizes.public_key == 4 + 2 * n
        seen += 1
    assert seen == len(liboqs.loaded.module.get_enabled_stateful_sig_mechanisms())


def test_a_great_tree_is_listed_with_its_estimate_and_never_started(
    liboqs: LiboqsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a small tree of the same kind; no key of the great one is made."""
    made: list[str] = []
    keypair = Stateful.keypair

    def noted(self: Stateful) -> tuple[bytes, Any]:
        made.append(self._name)
        return keypair(self)

    monkeypatch.setattr(Stateful, "keypair", noted)
    monkeypatch.setattr(liboqs._forest, "_leaf", {})
    monkeypatch.setattr("pqc_migrate.bench.providers.available.LiboqsProvider", lambda loaded: liboqs)
    plan = schedule.plan(algorithms=["LMS_SHA256_H25_W1", "X25519"], seconds=0.002)
    result = runner.run(plan)
    (skipped,) = [s for s in result.skipped if s.algorithm == "LMS_SHA256_H25_W1"]
    assert made == ["LMS_SHA256_H5_W1"]
    assert skipped.estimate_ns is not None
    assert skipped.estimate_ns > 60e9
    assert "raise it with --seconds" in skipped.reason
    assert {m.algorithm for m in result.measurements} == {"X25519"}


def test_the_estimate_is_right_where_it_can_be_checked(liboqs: LiboqsProvider) -> None:
    """A tree 32 times as great takes about 32 times as long: within a factor of two on a busy machine."""
    forest = liboqs._forest
    forest._leaf.clear()
    foretold = forest.foretell("LMS_SHA256_H10_W4")
    assert foretold is not None
    scheme = opened(liboqs, "LMS_SHA256_H10_W4")
    scheme.keypair()
    took = scheme._keygen_ns / 1e9
    scheme.close()
    assert took / 2 < foretold[0] < took * 2
    assert forest.foretell("LMS_SHA256_H5_W4") is None or forest._leaf, "a small tree is simply made"


def test_a_library_that_only_verifies_says_so(liboqs: LiboqsProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its structure is another one: reading it would crash the process."""
    monkeypatch.setattr("pqc_migrate.bench.providers.stateful._SUPPORTED", "OQS_no_such_function")
    with pytest.raises(ProviderUnavailable, match="only verifies"):
        liboqs.open(known("LMS_SHA256_H5_W1"))


def test_a_run_measures_all_three_operations(liboqs: LiboqsProvider) -> None:
    """Signing is quoted by its mean: what it rebuilds differs from one signature to the next."""
    result = runner.run(schedule.plan(algorithms=["LMS_SHA256_H5_W2"], seconds=0.02))
    figures = {m.operation: m for m in result.measurements}
    assert set(figures) == {Operation.KEYGEN, Operation.SIGN, Operation.VERIFY}
    assert figures[Operation.SIGN].representative == "mean"
    assert "a key signs 31 times" in figures[Operation.SIGN].details
    assert figures[Operation.SIGN].algorithm_version.endswith("rfc8554")
    assert result.find("LMS_SHA256_H5_W2", "verify", liboqs.name) is not None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.5, "0.5 seconds"), (90, "90 seconds"), (734, "12 minutes"), (36_000, "10 hours"), (864_000, "10 days")],
)
def test_times_are_readable(seconds: float, said: str) -> None:
    """Nobody reads 36 000 s."""
    assert duration(seconds) == said
