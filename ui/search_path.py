"""Where Python looks for modules stays as it is while pages run.

Streamlit puts the folder of the script in front of the path for each run and takes it out afterwards. A thread that imports something at
that moment passes over one place, and is told that there is no such module. A folder that is there already is left alone.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent  # of ui/shell.py


def hold_still() -> None:
    """Have the script's folder in the path for good: last, so that no module in it hides another of its name."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
