"""Runs: where they are kept (``store``) and what trains them (``engine``, on Dask). No Streamlit, and no torch at import."""
