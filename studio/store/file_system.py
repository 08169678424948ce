"""Which file system a folder lies on: SQLite's WAL does not work across a network."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from studio.core.errors import LibraryError

NETWORK_TYPES = frozenset(
    {
        "afs", "beegfs", "ceph", "cifs", "davfs", "gfs", "gfs2", "glusterfs", "lustre", "ncpfs",
        "nfs", "nfs4", "ocfs2", "orangefs", "smb", "smb2", "smb3", "smbfs",
        "fuse.ceph-fuse", "fuse.curlftpfs", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs",
        "fuse.gvfsd-fuse", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs",
    }
)  # fmt: skip
_MOUNTS = Path("/proc/mounts")
_DRIVE_REMOTE = 4  # from the Windows API, GetDriveTypeW


def type_in(mounts: str, folder: Path) -> str:
    """Return the type of the file system that holds ``folder``, from the text of /proc/mounts.

    Empty when no line fits. Blanks in mount points are octal escapes there.
    """
    best, found = -1, ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), parts[1]))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), parts[2]
    return found


def network_type(folder: Path) -> str:
    """Return the kind of network file system that holds ``folder``; empty for a local one.

    Linux reads /proc/mounts, Windows asks for the drive's type. macOS is not looked at.
    """
    folder = Path(os.path.realpath(folder))
    if sys.platform == "win32":
        return _windows(folder)
    try:
        mounts = _MOUNTS.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return ""
    kind = type_in(mounts, folder)
    return kind if kind in NETWORK_TYPES else ""


def refuse_network(folder: Path) -> None:
    """Refuse a folder on a network drive.

    Raises:
        LibraryError: It lies on one.
    """
    kind = network_type(folder)
    if kind:
        raise LibraryError(
            f"The folder {folder} lies on a network drive ({kind}): a library breaks there.",
            "Keep the library on a disk of this computer and export to the network drive.",
        )


def _windows(folder: Path) -> str:
    text = str(folder)
    if text.startswith("\\\\") and not text.startswith("\\\\?\\"):
        return "network share"
    import ctypes  # noqa: PLC0415 - this branch exists on Windows only

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    remote = kernel.GetDriveTypeW(folder.anchor) == _DRIVE_REMOTE
    return "network drive" if remote else ""
