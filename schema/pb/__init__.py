"""The Pabulib format (`.pb`, pabulib.org/format): an election as one text file, read with care and written plainly.

Three sections META, PROJECTS and VOTES; fields parted by ";", quoted as in CSV; lists parted by ",". Amounts in the
file are in currency units with at most two decimals; here they are in hundredths of one.
"""

from schema.pb.checking import check
from schema.pb.form import (
    CENTS,
    NotCounted,
    PbError,
    PbFile,
    PbHead,
    PbProject,
    PbVoter,
    format_amount,
    parse_amount,
    parse_optional,
)
from schema.pb.reading import read_pb
from schema.pb.rule import declaration, rule_of
from schema.pb.writing import write_pb

__all__ = [
    "CENTS",
    "NotCounted",
    "PbError",
    "PbFile",
    "PbHead",
    "PbProject",
    "PbVoter",
    "check",
    "declaration",
    "format_amount",
    "parse_amount",
    "parse_optional",
    "read_pb",
    "rule_of",
    "write_pb",
]
