"""Launcher: ``streamlit run app.py``. The pages are declared in ``ui/shell.py``."""

import streamlit as st

from ui.server import MIDDLEWARE, ROUTES, lifespan

app = st.App("ui/shell.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
