"""Keys for Dask's wire, which carries pickles: whoever may speak on it owns the machine, so it is encrypted and closed to strangers.

``python -m jobs.credentials FOLDER`` writes them for a cluster of several machines and prints the environment to start each process in.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Security

CERTIFICATE, KEY = "certificate.pem", "key.pem"
ROLES = ("scheduler", "worker", "client")


def write(folder: Path) -> None:
    """Make a key and a certificate that signs itself; only this user can read them.

    Raises:
        OSError: if they cannot be written, or are there already.
    """
    from distributed import Security

    made = Security.temporary()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in ((CERTIFICATE, made.tls_ca_file), (KEY, made.tls_client_key)):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)


def security(folder: Path) -> "Security":
    """What a client of such a cluster shows and asks for."""
    from distributed import Security

    parts = {f"tls_{role}_{part}": str(folder / name) for role in ROLES for part, name in (("cert", CERTIFICATE), ("key", KEY))}
    return Security(tls_ca_file=str(folder / CERTIFICATE), require_encryption=True, **parts)


def environment(folder: Path) -> dict[str, str]:
    """The same for processes that Dask configures from their environment."""
    parts = {f"{role}__{part}": name for role in ROLES for part, name in (("CERT", CERTIFICATE), ("KEY", KEY))}
    paths = {f"TLS__{name.upper()}": str(folder / file) for name, file in ({"CA_FILE": CERTIFICATE} | parts).items()}
    return {f"DASK_DISTRIBUTED__COMM__{name}": value for name, value in ({"REQUIRE_ENCRYPTION": "true"} | paths).items()}


def main(folder: Path) -> None:
    """Write the files and say how to use them."""
    try:
        write(folder)
    except OSError as error:
        raise SystemExit(f"The keys were not written: {error}. Keys that are there already stay as they are.") from error
    print("\n".join(f"export {name}={value}" for name, value in environment(folder.resolve()).items()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Say where: python -m jobs.credentials FOLDER")
    main(Path(sys.argv[1]))
