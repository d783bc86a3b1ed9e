"""The board as a whole, on a page that is made up: what it keeps when runs come and go, what the hand does, what is said aloud."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import fabricate
from node import run_after, run_js

from ui.components.latent_map import MapRun, script
from ui.components.latent_map.payload import pack_payload
from vae_core import wire
from vae_core.recipes import AE, VAE

PAGE = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
PANELS = ["map", "image", "timeline", "interpolation", "curves"]
CLOTHES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot")
DEEP = dataclasses.replace(VAE, latent_dim=4)


def run_board(body, **given):
    """The value of ``return`` in ``body``, run after the board's script, where ``new Host()`` stands for Streamlit."""
    return run_after(PAGE + script().replace("export default function", "function mount"), body, **given)


def settings(*runs, transport="poll", panels=PANELS):
    """What the page says of its board beside the runs' own data."""
    told = {"runs": [dataclasses.asdict(run) for run in runs], "panels": panels, "transport": transport, "shared_axes": True}
    return told | {"class_colors": ["#000000"] * 10, "prior_color": "#000000", "spread_color": "#000000"}


@pytest.fixture
def shown(tmp_path):
    """Makes what the page is sent to show runs: pairs of a title and a recipe, or a recording."""
    kept = {}

    def recording(recipe):
        if recipe.id not in kept:
            kept[recipe.id] = fabricate(tmp_path / recipe.id, recipe)
        return kept[recipe.id]

    def message(*pairs, panels=PANELS):
        runs, recordings = [], []
        for title, of in pairs:
            one = of if hasattr(of, "probe") else recording(of)
            recipe = one.recipe
            begun = one.status.created
            runs.append(MapRun(one.path.name, title, "#0072b2", "Bernoulli", recipe.posterior, recipe.latent_dim, begun))
            recordings.append(SimpleNamespace(id=one.path.name, recording=one))
        meta, arrays = wire.unpack(pack_payload(recordings))
        return wire.pack({**meta, **settings(*runs, transport="inline", panels=panels)}, arrays)

    return message


@pytest.fixture
def clothes(tmp_path):
    """A run on images of clothes."""
    recording = fabricate(tmp_path / "clothes", dataclasses.replace(VAE, seed=5), seed=3)
    recording.write_bytes("probe.bin", dataclasses.replace(recording.probe, classes=CLOTHES).pack())
    return recording


def test_the_legend_names_the_classes_that_are_shown(shown, clothes):
    digits, both = (("AE", AE), ("VAE", VAE)), (("AE", AE), ("VAE", clothes))
    first, second, mixed = run_board(
        """const host = new Host();
        const legend = async (data) => (await host.show(data)).toolbar.legend.children.map((row) => row.textContent);
        return [await legend(digits), await legend(clothes), await legend(both)];""",
        digits=shown(*digits),
        clothes=shown(("VAE", clothes)),
        both=shown(*both),
    )
    assert first == ["0123456789"]
    assert second == ["".join(CLOTHES)]
    assert mixed == ["AE0123456789", "VAE" + "".join(CLOTHES)]


def test_new_runs_are_watched_from_their_live_edge_also_after_a_scrub(shown):
    answer = run_board(
        """const host = new Host(), told = [];
        const tell = (board) => told.push([board.player.following, board.columns[0].frame.index]);
        const board = await host.show(one);
        board.player.seek(1); board.ask(); await frames(); tell(board);
        tell(await host.show(two));
        tell(await host.show(other));
        return told;""",
        one=shown(("AE", AE)),
        two=shown(("AE", AE), ("VAE", VAE)),
        other=shown(("VAE", DEEP)),
    )
    assert answer == [[False, 1], [False, 1], [True, 3]]


def test_the_app_hears_which_frames_are_shown_when_a_replay_ends(shown):
    shown_last, told = run_board(
        """const host = new Host();
        const board = await host.show(one);
        board.player.seek(0); board.sendFrames();
        board.timeline.toggle();
        for (let i = 0; i < 40 && board.player.playing; i++) { screen.now += 2000; await frames(1); }
        return [board.columns[0].frame.index, Object.values(host.sent.frame)];""",
        one=shown(("AE", AE)),
    )
    assert told == [shown_last]
    assert shown_last > 0


def test_a_run_that_gets_another_name_beside_a_second_one_keeps_its_place(shown, clothes):
    answer = run_board(
        """const host = new Host();
        const board = await host.show(alone);
        const [column] = board.columns;
        column.select(7);
        column.axes.choose(0, 2);
        board.endsBar.move("B", 4);
        const place = () => [[...column.z], column.selected, column.axes.chosen, board.endsBar.ends, board.columns[0] === column];
        const told = [place()];
        await host.show(beside);
        told.push(place());
        const name = [column.title.textContent, column.root.getAttribute("aria-label"), column.bar.getAttribute("aria-label")];
        await host.show(others);
        return { told, name, ends: board.endsBar.ends };""",
        alone=shown(("VAE", DEEP)),
        beside=shown(("VAE, d = 4", DEEP), ("VAE, d = 2", VAE)),
        others=shown(("VAE", clothes)),
    )
    before, after = answer["told"]
    assert before == after
    assert before[1:] == [7, [2, 1], {"A": 0, "B": 5}, True]
    assert answer["name"] == ["VAE, d = 4", "VAE, d = 4", "VAE, d = 4: progress"]
    assert answer["ends"] == {"A": 0, "B": 1}


def test_a_path_runs_between_test_images_that_a_model_has(shown, clothes):
    alone, beside = run_board(
        """const told = [];
        for (const data of [alone, beside]) {
          const board = await new Host().show(data), paths = new Map();
          board.show.path = true;
          for (const { map, run } of board.columns) {
            const { draw } = map;
            map.draw = (scene) => { paths.set(run.title, scene.path && scene.path.map(({ index }) => index)); draw.call(map, scene); };
          }
          const last = board.columns.at(-1);
          board.pick(last, 7); board.switched(); await frames();
          const films = board.columns.map(({ interpolation: { root, film } }) => !root.hidden && film.code !== undefined);
          told.push({ paths: Object.fromEntries(paths), films, selected: last.selected });
        }
        return told;""",
        alone=shown(("clothes", clothes)),
        beside=shown(("AE", AE), ("VAE", VAE), ("clothes", clothes)),
    )
    assert alone == {"paths": {"clothes": [7, 1]}, "films": [True], "selected": 7}
    assert beside == {"paths": {"AE": [0, 1], "VAE": [0, 1], "clothes": None}, "films": [True, True, False], "selected": 7}


def test_the_cleanup_of_a_call_that_was_overtaken_leaves_the_board_alive(shown):
    answer = run_board(
        """const host = new Host();
        const early = host.call(data), late = host.call(data);
        early();
        await frames();
        const alive = [host.board !== undefined, host.board?.columns[0].frame !== null, host.board?.raf];
        late();
        return [...alive, host.board === undefined];""",
        data=shown(("AE", AE)),
    )
    assert answer == [True, True, 0, True]


def test_test_images_that_are_known_are_fetched_beside_the_first_frame():
    def message(images):
        return [settings(MapRun("0" * 16, "AE", "#0072b2", "Bernoulli", "dirac", 2, 1.0, images))]

    early, late, built = run_board(
        """const asked = [];
        globalThis.fetch = (url) => { asked.push(String(url).split("/").at(-1)); return new Promise(() => {}); };
        const host = new Host();
        let built = 0;
        const board = await host.show(unknown), { arrange } = board;
        const late = asked.splice(0);
        board.arrange = (settings) => { built += 1; arrange.call(board, settings); };
        await host.show(known);
        await new Host().show(known);
        return [asked, late, built];""",
        known=message("1a2b"),
        unknown=message(""),
    )
    assert late == ["frames?newest=1&wait=0"]
    assert sorted(early) == ["frames?newest=1&wait=0", "probe"]
    assert built == 0  # for the fingerprint alone nothing is built anew, which would take the focus away


HAND = """const host = new Host();
    const board = await host.show(data);
    const [column, other] = board.columns;
    const { canvas } = column, { x, y } = column.map.view;
    const at = (px, py, pointerId = 1) => ({ clientX: px, clientY: py, pointerId, button: 0, pointerType: "touch" });
    const over = (index) => at(x(column.points[2 * index]), y(column.points[2 * index + 1]));
    const key = (name) => canvas.onkeydown({ key: name, preventDefault() {}, stopPropagation() {} });
    const shown = (column) => column.portrait.name.textContent;"""


def run_hand(body, data):
    """As ``run_board``, with a board on show and a hand at its first map."""
    return run_board(f"{HAND}\n{body}", data=data)


def test_what_is_shown_beside_a_code_that_moves_is_no_longer_what_lay_under_the_hand(shown):
    answer = run_hand(
        """const told = [];
        const tell = async () => { await frames(); told.push([shown(column), shown(other), column.hovered]); };
        canvas.onpointermove(over(7)); await tell();
        canvas.onpointerdown(over(7)); canvas.onpointermove(at(150, 20)); await tell();
        canvas.onpointerup(at(150, 20)); canvas.onpointermove(over(7)); await tell();
        key("ArrowLeft"); await tell();
        return told;""",
        data=shown(("AE", AE), ("VAE", VAE)),
    )
    (*words, hovered), dragged, (*again, _), nudged = answer
    assert words == again == ["original", "original"]
    assert hovered is not None
    assert dragged == nudged == ["nearest image", "same image", None]


def test_one_finger_drags_and_the_others_wait(shown):
    answer = run_hand(
        """const code = () => [...column.z], codes = [];
        canvas.onpointerdown(at(60, 60, 1)); codes.push(code());
        canvas.onpointerdown(at(140, 140, 2)); canvas.onpointermove(at(160, 160, 2)); canvas.onpointerup(at(160, 160, 2));
        codes.push(code());
        canvas.onpointermove(at(90, 60, 1)); codes.push(code());
        await frames();
        host.sent = {};
        canvas.onpointercancel(at(90, 60, 1));
        const told = [column.dragging, host.sent, board.raf !== 0];
        canvas.onpointermove(at(20, 20, 1)); codes.push(code());
        canvas.captured = null; canvas.onpointerdown(at(20, 20, 3)); codes.push(code());
        canvas.captured = null; canvas.onpointerdown(at(60, 60, 4)); codes.push(code()); // the page lost sight of the third
        return { codes, told, run: column.run.id };""",
        data=shown(("AE", AE)),
    )
    pressed, others, dragged, after, again, last = answer["codes"]
    assert pressed == others != dragged
    assert dragged == after != again
    assert last == pressed
    dragging, sent, drawn = answer["told"]
    assert not dragging
    assert sent == {"z": {"run": answer["run"], "z": pytest.approx(dragged)}}  # nothing is picked
    assert drawn


def test_enter_picks_the_image_that_is_nearest_to_the_code(shown):
    answer = run_hand(
        """column.z.set(column.moment.code(7));
        key("ArrowLeft"); await frames();
        const { near } = column;
        key("Enter"); await frames(); board.speak();
        return { near, selected: [column.selected, other.selected], words: shown(column), sent: host.sent.picked, run: column.run.id,
                  help: canvas.getAttribute("aria-label") };""",
        data=shown(("AE", AE), ("VAE", VAE)),
    )
    near = answer["near"]
    assert answer["selected"] == [near, near]
    assert answer["sent"] == {"run": answer["run"], "index": near}
    assert answer["words"] == "original"
    assert "Enter picks the nearest image" in answer["help"]


def test_shortcuts_of_the_browser_are_left_to_it(shown):
    answer = run_hand(
        """const chooser = new LabelChooser(() => {}), prevented = [];
        chooser.offer(["0", "1", "2"]);
        chooser.buttons.forEach((button) => { button.focus = () => {}; });
        const event = (key) => ({ key, target: canvas, preventDefault: () => prevented.push(key), stopPropagation() {} });
        const press = (handler, key, held) => handler({ ...event(key), ...held });
        const all = (held) => {
          for (const name of ["ArrowLeft", "Home", "Enter", " "]) press(canvas.onkeydown, name, held);
          press(chooser.root.onkeydown, "ArrowLeft", held);
          press(board.root.onkeydown, "R", held);
          press(canvas.onkeyup, "ArrowLeft", held);
          return [prevented.splice(0), Object.keys(host.sent).length, column.z.some((value) => value), chooser.label];
        };
        column.z.fill(0);
        host.sent = {};
        const told = ["ctrlKey", "metaKey", "altKey"].map((held) => all({ [held]: true }));
        return [...told, all({ shiftKey: true })];""",
        data=shown(("AE", AE)),
    )
    *held, alone = answer
    assert held == [[[], 0, False, 0]] * 3
    assert alone[0] == ["ArrowLeft", "Home", "Enter", " ", "ArrowLeft", "R"]


def test_said_aloud_is_what_a_run_comes_to_and_not_how_far_it_is(shown):
    answer = run_board(
        """const host = new Host(), said = [];
        const board = await host.show(data);
        const [column] = board.columns, { recording } = column;
        const tell = async (status, problem = "") => {
          Object.assign(recording.status, status);
          recording.problem = problem;
          board.said.textContent = "";
          board.ask(); await frames(); board.speak();
          said.push([column.state.textContent, board.said.textContent]);
        };
        const role = column.state.getAttribute("role");
        await tell({});
        await tell({ state: "running", images_per_second: 100 });
        await tell({ state: "running", images_per_second: 200 });
        await tell({}, "The connection was lost.");
        await tell({ state: "done" });
        return { role, said };""",
        data=shown(("AE", AE), ("VAE", VAE)),
    )
    assert answer["role"] is None
    (_, first), (early, begun), (later, on), lost, (done, ended) = answer["said"]
    assert first == on == ""
    assert early != later
    assert begun == "AE: running"
    assert lost == ["The connection was lost.", "AE: The connection was lost."]
    assert ended == f"AE: {done}"


def test_of_a_drawing_is_said_aloud_what_another_one_becomes_and_not_what_another_network_makes_of_it(shown):
    answer = run_board(
        """const soon = globalThis.setTimeout, later = [], told = [];
        globalThis.setTimeout = (act, ms) => (ms > 300 ? later.push(act) : soon(act, ms));
        const { drawing, columns: [column] } = await new Host().show(data);
        drawing.pixels = () => new Float32Array(64).fill(0.5);
        const tell = async (mu) => {
          column.network.encode = () => ({ mu: Float32Array.from(mu), sigma: null });
          drawing.host.ask(); await frames();
          later.splice(0).forEach((act) => act());
          told.push([drawing.words.textContent, drawing.said.textContent]);
        };
        drawing.changed(); await tell([1, 0]);
        column.drawn.serial = -1; await tell([2, 0]);
        drawing.changed(); await tell([3, 0]);
        const spoken = [drawing.words, drawing.said].map((node) => node.getAttribute("ariaLive"));
        return { told, spoken };""",
        data=shown(("AE", AE), panels=[*PANELS, "drawing"]),
    )
    seen, said = zip(*([text.split(",")[0] for text in one] for one in answer["told"]), strict=True)
    assert list(seen) == ["AE: z = (1.00", "AE: z = (2.00", "AE: z = (3.00"]
    assert list(said) == ["AE: z = (1.00", "AE: z = (1.00", "AE: z = (3.00"]
    assert answer["spoken"] == [None, "polite"]


def test_where_the_code_is_is_told_of_every_map_and_said_of_the_one_in_use(shown):
    answer = run_hand(
        """board.speak();
        document.activeElement = canvas;
        key("ArrowLeft"); await frames(); board.speak();
        const first = board.said.textContent;
        return { first, labels: board.columns.map((one) => one.canvas.getAttribute("aria-label")) };""",
        data=shown(("AE", AE), ("VAE", VAE)),
    )
    assert answer["first"].startswith("AE: z = (−")
    ae, vae = answer["labels"]
    assert ae.startswith(answer["first"])
    assert vae.startswith("VAE: z = (0.00, 0.00)")


def test_curves_are_told_in_words_also_where_there_are_none(shown):
    labels = run_board(
        """const board = await new Host().show(data);
        return board.curves.groups.map(({ panels }) => panels.map(({ canvas }) => canvas.getAttribute("aria-label")));""",
        data=shown(("AE", AE)),
    )
    assert labels == [
        [
            "Reconstruction (distortion) in nats per image: AE 28.0 on test at step 30",
            "KL (rate): An autoencoder has no rate.",
            "Total loss in nats per image: AE 28.0 on test at step 30",
        ]
    ]


def test_pictures_are_drawn_anew_for_other_pixels(shown):
    answer = run_board(
        """const asked = [];
        globalThis.matchMedia = (query) => { asked.push({ query, matches: true }); return asked.at(-1); };
        globalThis.devicePixelRatio = 1;
        const host = new Host(), clean = host.call(data);
        await frames();
        const { board } = host, [{ canvas }] = board.curves.groups[0].panels;
        const told = [canvas.width];
        for (const ratio of [2, 1.5]) {
          globalThis.devicePixelRatio = ratio;
          const before = asked.at(-1);
          before.onchange({ target: before });
          await frames();
          told.push(canvas.width, before.onchange);
        }
        clean();
        return [told, asked.filter(({ query }) => query.includes("dppx")).map(({ query, onchange }) => [query, onchange])];""",
        data=shown(("AE", AE)),
    )
    assert answer[0] == [200, 400, None, 300, None]
    assert answer[1] == [[f"(resolution: {ratio}dppx)", None] for ratio in ("1", "2", "1.5")]


def test_numbers_are_set_as_in_print():
    assert run_js(("dom",), "return [-0.001, 0, -1.5, 2].map((value) => signed(value));") == ["0.00", "0.00", "−1.50", "2.00"]
    body = """const canvas = { setAttribute: (name, text) => { canvas[name] = text; } }, frames = [{ step: 12345, test: { loss: -3.25 } }];
        Curves.prototype.describe({ term: "loss", title: "Total loss", canvas }, [{ run: { title: "VAE" }, frames }],
          (frame, part) => frame[part].loss);
        return canvas["aria-label"];"""
    assert run_js(("dom", "curves"), body) == "Total loss in nats per image: VAE −3.3 on test at step 12,345"


def test_an_axis_has_two_numbers_at_least():
    ends = [(low, low + span) for low in (0, 0.3, 17.2, 28.9, -3.4) for span in (0.02, 0.9, 1.7, 4, 11, 37, 99)]
    found = run_js(("dom",), "return ends.map(([low, high]) => [ticks(low, high, 3).length, ticksWithin(low, high, 3)]);", ends=ends)
    assert any(before < 2 for before, _ in found)
    for (low, high), (_, marks) in zip(ends, found, strict=True):
        assert 2 <= len(marks) <= 7
        assert all(low <= mark <= high + 1e-9 for mark in marks)


def test_the_maps_stand_above_what_is_drawn_by_hand(shown):
    order = run_board(
        """const host = new Host(), board = await host.show(data);
        return [board.grid, board.drawing.root].map((part) => board.root.children.indexOf(part));""",
        data=shown(("VAE", VAE), panels=["map", "image", "drawing"]),
    )
    assert order == sorted(order)
    assert order[0] > 0


def test_until_the_first_frame_is_there_the_time_line_says_loading():
    body = """const line = new Timeline(new Player(), () => {}, () => {});
        return [true, false].map((loading) => { line.draw(null, loading); return line.text.textContent; });"""
    assert run_after(PAGE + script("dom", "player", "timeline"), body) == ["Loading…", "no frames yet"]
