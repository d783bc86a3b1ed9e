"""The page Models in a real browser: open → rename → download → delete → upload back → open in Explore."""

import re
import zipfile

from playwright.sync_api import expect
from screen import FIRST, canvas_ink, drawn, fine, go, on_both

from jobs.shelves import Shelves
from ui.student import HERE
from vae_core.pretrain import record
from vae_core.recipes import Recipe

NAME = "My <i>first</i> *VAE*"


@on_both
def test_a_run_is_named_taken_away_deleted_and_brought_back(page, run_store, tmp_path):
    recipe = Recipe(epochs=5, seed=page.viewport_size["width"])
    own = record(recipe.id, recipe, run_store, tmp_path)
    Shelves(run_store).put(HERE, recipe.id)
    frames = [own.frame_bytes(index) for index in range(own.frame_count)]
    page.goto("/")
    drawn(page)
    go(page, "Models")
    drawer = page.get_by_role("dialog")

    # Open and rename: what is on the screen stays there under its new name.
    page.locator(f".st-key-show_{recipe.id}").get_by_role("button").click()
    page.wait_for_url(re.compile(recipe.id))
    card = page.locator(f".st-key-details_{recipe.id}")
    card.get_by_role("button").click()
    expect(drawer.get_by_role("table").first).to_contain_text("ELBO", timeout=20_000)
    assert drawer.get_by_role("img").count() >= 4
    drawer.get_by_role("textbox", name="Name").fill(NAME)
    drawer.get_by_role("textbox", name="Name").press("Tab")
    drawer.get_by_role("button", name="Rename").click()
    expect(drawer.get_by_role("heading", name=NAME)).to_be_visible(timeout=20_000)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    find = page.get_by_role("textbox", name="Find")
    find.fill("first")
    find.press("Enter")
    expect(page.get_by_text(re.compile("^1 of"))).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("stMultiSelect").first).to_contain_text(NAME)
    fine(page)

    # Download: one zip with everything.
    card.get_by_role("button").click()
    with page.expect_download(timeout=30_000) as downloading:
        drawer.get_by_role("button", name="Download").click()
    path = tmp_path / "run.zip"
    downloading.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert {"recipe.json", "metrics.json", "model.safetensors", "probe.bin", "frames/00000.bin"} <= set(archive.namelist())

    # Delete, after a second thought.
    drawer.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(card).to_have_count(0, timeout=20_000)
    expect(drawer).to_have_count(0)
    assert not own.path.exists()

    # What is no run is refused, and the page goes on.
    page.get_by_text("Bring a run back").click()
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(files=[{"name": "run.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04 not at all"}])
    expect(page.get_by_test_id("stAlert").filter(has_text="damaged")).to_be_visible(timeout=20_000)
    assert not list(run_store.glob("u-*"))

    # Bring it back: it is there again, named, and marked as uploaded.
    expect(chooser).to_have_count(1)
    chooser.set_input_files(path)
    expect(drawer.get_by_role("heading", name=f"{NAME} (uploaded)")).to_be_visible(timeout=30_000)
    expect(drawer).to_contain_text("not measured here")
    [back] = run_store.glob("u-*")
    assert [(back / "frames" / f"{index:05d}.bin").read_bytes() for index in range(len(frames))] == frames

    # Open it: the whole recording can be walked through.
    drawer.get_by_role("button", name="Explore a latent space").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Explore", timeout=30_000)
    drawn(page, 3)
    expect(page).to_have_url(re.compile(f"runs=p-digits-ae%2Cp-digits-vae%2C{back.name}"), timeout=10_000)
    assert page.evaluate(f"{FIRST}.columns.length") == 3
    assert canvas_ink(page.locator("canvas[role=application]").first) > 5
    expect(page.get_by_role("heading", name=f"{NAME} (uploaded)").first).to_be_visible()
    fine(page)

    # Its settings are filled in on the training page.
    go(page, "Models")
    page.locator(f".st-key-details_{back.name}").get_by_role("button").click()
    drawer.get_by_role("button", name="Train with its settings").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Train", timeout=30_000)
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("5")
    drawn(page, 1)  # the newest frame comes first, and the slider goes as far as there are frames
    page.wait_for_function(f"{FIRST}.columns[0].recording.contiguous === {FIRST}.columns[0].recording.status.frames - 1")
    slider = page.locator("input[type=range]").first
    slider.focus()
    slider.press("Home")
    page.wait_for_function(f"{FIRST}.columns[0].frame.step == 0")
    fine(page)
    for path in run_store.glob("u-*"):
        for file in sorted(path.rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        path.rmdir()
