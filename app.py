"""Launcher: ``streamlit run app.py``. The pages are declared in ``ui/shell.py``."""

import streamlit as st

from ui.own_components import look_no_further
from ui.server import MIDDLEWARE, ROUTES, lifespan

look_no_further()
app = st.App("ui/shell.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
