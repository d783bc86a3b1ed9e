"""The part of the style that a page must have when it is first painted, or all of it jumps.

It travels with Streamlit's own style, and once more with the rest of ours: for browsers that have kept Streamlit's from elsewhere, and for
hosts that serve no routes.
"""

STYLE = """
/* The instrument needs the room. */
.stMain .stMainBlockContainer { padding: 3.75rem clamp(1rem, 4vw, 3rem) 3rem; }

/* No board is lower. What stands below one would be seen first, and then be pushed away. */
.st-key-home, .st-key-board, .st-key-explore { min-height: 40rem; }
"""
