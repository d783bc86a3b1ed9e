"""The classic way, for comparison: st.slider → decode on the server → st.image. Started by ``benchmarks.latent_map``.

streamlit run benchmarks/classic_slider.py -- WEIGHTS
"""

import sys
from pathlib import Path

import streamlit as st
import torch

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from vae_core import wire  # noqa: E402
from vae_core.build import build  # noqa: E402
from vae_core.export import restore  # noqa: E402
from vae_core.recipes import Recipe  # noqa: E402


@st.cache_resource
def model(path: str) -> torch.nn.Module:
    """A fully connected VAE from a weights blob."""
    blob = Path(path).read_bytes()
    meta, arrays = wire.unpack(blob)
    hidden = tuple(len(arrays[operation["bias"]]) for operation in meta["encoder"][:-1])
    recipe = Recipe(posterior=meta["posterior"], likelihood=meta["likelihood"], latent_dim=meta["latent_dim"], hidden=hidden)
    whole = build(recipe, tuple(meta["shape"]))
    restore(whole, blob)
    return whole


torch.set_num_threads(1)
decoder = model(sys.argv[1])
code = [st.slider(f"z{dim + 1}", -3.0, 3.0, 0.0, 0.01) for dim in range(2)]
with torch.inference_mode():
    image = decoder.image(torch.tensor([code])).reshape(28, 28).numpy()
st.image(image, width=280)
st.markdown(f"decoded at `{code[0]:.2f}, {code[1]:.2f}`")
