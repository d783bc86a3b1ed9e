"""Everything that faces Streamlit."""
