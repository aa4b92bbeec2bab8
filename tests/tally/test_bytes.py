"""The same bytes on every machine: whatever the hash seed, the locale, and whether the loops are compiled or not."""

import os
import subprocess
import sys
from hashlib import sha256

import msgspec
import pytest

from schema.pb import rule_of
from tests.pabulib import HOME, elections
from tests.tally.examples import ORDER, RULES, cast, pot
from workers.tally import Profile, count
from workers.tally.reading import read_election

POINTS = [{"a": 3, "b": 1}, {"b": 2, "c": 2}, {"c": 1, "d": 3}, {"a": 1, "e": 1}, {"ö": 5}, {}]
BY_HAND = (
    (pot(30, a=9, b=9, c=8, d=7), cast("abc bcd cda dab -")),
    (pot(100, a=40, b=35, c=30, d=25, e=0, ö=10), Profile.of_points(POINTS * 3)),
    (pot(400, a=125, b=125, c=201, d=199), cast("ab ab b bc cd d a acd")),
    (pot(0, a=0, b=1), cast("")),
)
# By equal shares with Add1; by points, and with a tie; with a project that was withdrawn.
REAL = {"Poland_Swiecie_2023", "Poland_Czestochowa_2024_Dzbow", "Poland_Wroclaw_2017_Rejon_nr_11_750"}

PROGRAM = """
import locale
locale.setlocale(locale.LC_ALL, "")
from tests.tally.test_bytes import digest
print(digest())
"""
MACHINE_CODE = "import numba\n"
WITHOUT_NUMBA = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "numba":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
"""


def digest() -> str:
    """A hash of the outcomes by every rule of what is made by hand, and of three real elections if they are at hand."""
    outcomes = [count(instance, profile, rule, ORDER) for instance, profile in BY_HAND for rule in RULES]
    for path in elections():
        if path.stem in REAL:
            read = read_election(path.read_bytes())
            outcomes.append(count(read.instance, read.profile, rule_of(read.head), ORDER))
    return sha256(msgspec.json.encode(outcomes)).hexdigest()


@pytest.fixture(scope="module")
def here() -> str:
    """The hash in this process."""
    return digest()


def locales() -> list[str]:
    """C, and another locale of this machine: one with its own rules for letters and amounts if there is any."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.split()
    return ["C", min(listed, key=lambda name: (name in {"C", "POSIX"}, name.startswith("C."), name))]


@pytest.mark.parametrize(
    ("hash_seed", "locale", "before", "disabled"),
    [
        ("0", 0, MACHINE_CODE, ""),
        ("1", 1, "", ""),
        ("2", 0, WITHOUT_NUMBA, ""),
        ("3", 1, MACHINE_CODE, "1"),
        ("4711", 1, MACHINE_CODE, ""),
    ],
    ids=["compiled", "as small counts are", "without numba", "not compiled", "compiled, another locale"],
)
def test_the_same_bytes(hash_seed: str, locale: int, before: str, disabled: str, here: str) -> None:
    """A process with another hash seed, another locale, and other loops counts the same, to the last byte."""
    settings = {"PYTHONHASHSEED": hash_seed, "LC_ALL": locales()[locale]}
    settings |= {"NUMBA_DISABLE_JIT": disabled} if disabled else {}
    run = subprocess.run(
        [sys.executable, "-c", before + PROGRAM],
        cwd=HOME,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr) == (here, "")
