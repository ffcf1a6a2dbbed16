"""The members of a zip archive as `torch.save` writes one: stored, not packed, and all that is there to be found.

Readers differ in what they make of a strange archive: which directory counts where there are several, which of two
members of one name, what lies before the first. So nothing strange is read.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from openwork.errors import CheckpointError, Reason

END, END_64, LOCATOR_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
"""the records at the end of an archive, in the order of the format's specification"""
MOST_MEMBERS = 25_000
LONGEST_NAME = 1024


class Archive:
    """What an archive holds, by name without the folder that `torch.save` puts before every one.

    Raises:
        CheckpointError: no archive, a damaged one, or one that readers would take for different things.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._refuse_other_directories(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, OSError, struct.error) as error:
            raise self.refused(f"is damaged: {error}") from error
        self._members = self._checked(len(data))
        self._read: dict[str, bytes] = {}

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def size(self, member: str) -> int:
        """Bytes of a member."""
        return self._members[member].file_size

    def read(self, member: str) -> bytes:
        """The member's bytes, which have the checksum that was written."""
        try:
            if member not in self._read:
                self._read[member] = self._zip.read(self._members[member])
            return self._read[member]
        except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, OSError, struct.error) as error:
            raise self.refused(f"is damaged: {error}") from error

    def refused(self, what: str, mend: str = "") -> CheckpointError:
        """The error that this file is not read."""
        return CheckpointError("the checkpoint cannot be read", Reason(self.name, what, mend))

    def _refuse_other_directories(self, data: bytes) -> None:
        """The directory must end where the end's records begin, and they with the file."""
        at = len(data) - END.size
        if at < 0 or data[at : at + 4] != b"PK\x05\x06":
            raise self.refused("is damaged: it does not end as an archive does")
        *_, size, start, comment = END.unpack_from(data, at)
        before = at
        if data[max(at - LOCATOR_64.size, 0) : at].startswith(b"PK\x06\x07"):
            before = at - LOCATOR_64.size - END_64.size
            _, _, place, _ = LOCATOR_64.unpack_from(data, at - LOCATOR_64.size)
            if before < 0 or place != before or data[before : before + 4] != b"PK\x06\x06":
                raise self.refused("is damaged: its two ends do not belong together")
            *_, size_64, start_64 = END_64.unpack_from(data, before)
            if size not in (size_64, 2**32 - 1) or start not in (start_64, 2**32 - 1):
                raise self.refused("has two directories that differ: it is not what it seems")
            size, start = size_64, start_64
        if comment or start + size != before:
            raise self.refused("has something before or between its parts: a second archive could hide there")

    def _checked(self, length: int) -> Mapping[str, zipfile.ZipInfo]:
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS:
            raise self.refused(f"has {len(members):,} members, more than the {MOST_MEMBERS:,} that are read here")
        if any(m.compress_type != zipfile.ZIP_STORED or m.file_size != m.compress_size for m in members):
            raise self.refused("is packed in a way that torch.save does not use", "save it again with torch.save")
        total = sum(m.file_size for m in members)
        if total > length:
            raise self.refused(f"unpacks to {total:,} bytes, more than the {length:,} that it has")
        names = [str(m.orig_filename) for m in members]
        if any("\0" in name or len(name) > LONGEST_NAME for name in names):
            raise self.refused("is damaged: a member's name is not one")
        if len({name.partition("/")[0] for name in names}) > 1:
            raise self.refused("has members in several folders: it is not what it seems")
        if len({name.lower() for name in names}) < len(names):
            raise self.refused("has two members of one name: it is not what it seems")
        return {name.partition("/")[2]: member for name, member in zip(names, members, strict=True)}
