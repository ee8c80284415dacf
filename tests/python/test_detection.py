"""Boxes: overlap, suppression, precision, cells, and a detector from its scenes to its scores."""

from __future__ import annotations

import contextlib
import io
import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasduet as kd
from kerasduet.detection.cells import written
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    DatasetError,
    EmptyData,
    LabelRange,
    LengthMismatch,
    UnknownName,
)
from kerasduet.figures.kinds import plot_data
from kerasduet.models.vision.yolo_v1 import LAYERS, POOL
from kerasduet.tasks.detection.folder import load as load_folder
from kerasduet.tasks.detection.scenes import digit_scenes


def boxes_at(random, number, span=1000.0, low=10.0, high=100.0):
    corner = random.uniform(0, span, (number, 2))
    return np.column_stack([corner, corner + random.uniform(low, high, (number, 2))])


def by_hand(one, two):
    wide = max(min(one[2], two[2]) - max(one[0], two[0]), 0)
    high = max(min(one[3], two[3]) - max(one[1], two[1]), 0)
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, two)]
    return wide * high / (sum(areas) - wide * high)


def test_overlap_is_the_common_area_over_both():
    random = np.random.default_rng(1)
    boxes, others = boxes_at(random, 7, 100), boxes_at(random, 5, 100)
    expected = [[by_hand(a, b) for b in others] for a in boxes]
    assert np.allclose(kd.detection.iou(boxes, others), expected, atol=1e-15)
    assert kd.detection.iou(boxes, boxes).diagonal() == pytest.approx(1)
    assert kd.detection.iou([0, 0, 1, 1], [1, 0, 2, 1]).tolist() == [[0.0]]


def greedy(boxes, scores, overlap):
    left = list(np.argsort(-scores, kind="stable"))
    kept = np.zeros(len(boxes), dtype=bool)
    while left:
        best = left.pop(0)
        kept[best] = True
        shares = kd.detection.iou(boxes[best], boxes[left])[0] if left else []
        left = [row for row, share in zip(left, shares, strict=True) if share <= overlap]
    return kept


@pytest.mark.parametrize("overlap", [0, 0.3, 0.5, 0.9, 1])
def test_suppression_is_the_plain_greedy_one(overlap):
    random = np.random.default_rng(2)
    spread, wide = boxes_at(random, 500, 300), boxes_at(random, 500, 300, 1, 200)
    crowd = spread[:20][random.integers(0, 20, 500)] + random.normal(0, 2, (500, 4))
    whole = np.round(boxes_at(random, 400, 30, 4, 9))  # many pairs of the same overlap
    for boxes in (spread, wide, crowd, whole, spread[:1]):
        scores = np.round(random.random(len(boxes)), 2)  # many equal ones
        kept = kd.detection.nms(boxes, scores, overlap=overlap)
        assert np.array_equal(kept, greedy(boxes, scores, overlap))
    far = spread * 1e-3 + 1e6  # few digits are left
    scores = random.random(len(far))
    kept = kd.detection.nms(far, scores, overlap=overlap)
    assert np.array_equal(kept, greedy(far, scores, overlap))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    number=st.integers(0, 400),
    overlap=st.sampled_from([0, 0.05, 0.3, 0.5, 0.7, 0.95, 1]) | st.floats(0, 1),
    span=st.sampled_from([1e-3, 20.0, 300.0, 1e5]),
    largest=st.sampled_from([2.0, 60.0, 5e3]),
    whole=st.booleans(),
    off=st.sampled_from([0.0, -1e4, 1e6]),
)
def test_suppression_of_any_scene_is_the_plain_greedy_one(
    seed, number, overlap, span, largest, whole, off
):
    random = np.random.default_rng(seed)
    boxes = boxes_at(random, number, span, 1, largest) + off
    boxes[: number // 3] = boxes[
        random.integers(0, max(number, 1), number // 3)
    ]  # the same ones
    boxes = np.round(boxes) if whole else boxes  # many pairs of the same overlap
    scores = np.round(random.random(number), 2)
    kept = kd.detection.nms(boxes, scores, overlap=overlap)
    assert np.array_equal(kept, greedy(boxes, scores, overlap))


@pytest.mark.parametrize("overlap", [0.05, 0.3, 0.5, 0.9])
def test_no_pair_that_just_overlaps_is_overlooked(overlap):
    """Boxes as far apart, or as unlike, as the limit allows."""
    random = np.random.default_rng(10)
    boxes = boxes_at(random, 300, 1e4)
    limit = overlap * 1.0001
    for axis in (0, 1):
        side = boxes[:, axis + 2] - boxes[:, axis]
        shifted, wider = boxes.copy(), boxes.copy()
        shifted[:, [axis, axis + 2]] += (side * (1 - limit) / (1 + limit))[:, None]
        wider[:, axis + 2] = boxes[:, axis] + side / limit
        for others in (shifted, wider):
            pairs = np.concatenate([boxes, others])
            scores = random.random(600)
            kept = kd.detection.nms(pairs, scores, overlap=overlap)
            assert np.array_equal(kept, greedy(pairs, scores, overlap))
            assert not (kept[:300] & kept[300:]).any()


def test_suppression_goes_a_class_at_a_time():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 1, 10, 11]])
    kept = kd.detection.nms(boxes, [0.9, 0.8, 0.7], ["a", "b", "a"])
    assert kept.tolist() == [True, True, False]
    assert kd.detection.nms(np.zeros((0, 4)), []).tolist() == []


def test_ten_thousand_boxes_take_no_quadratic_time():
    """50 ms are measured by benchmarks/detection.py; a comparison of all pairs takes seconds."""
    random = np.random.default_rng(3)
    boxes, scores = boxes_at(random, 10_000), random.random(10_000)
    began = time.process_time()
    kept = kd.detection.nms(boxes, scores)
    assert time.process_time() - began < 0.25
    assert 5_000 < kept.sum() < 8_000


def scene_tables(random, images=25, classes=3):
    """Make true boxes, and found ones: some near a true one, some anywhere."""
    truth, found = [], []
    for image in range(1, images + 1):
        own = boxes_at(random, random.integers(0, 6), 200, 10, 60)
        codes = random.integers(0, classes, len(own))
        truth += [[image, f"c{c}", *box] for c, box in zip(codes, own, strict=True)]
        for box, code in zip(own, codes, strict=True):
            for _ in range(random.integers(0, 4)):
                near = np.sort((box + random.normal(0, 6, 4)).reshape(2, 2), axis=0).ravel()
                other = random.random() < 0.2
                code = random.integers(0, classes) if other else code
                found.append([image, f"c{code}", np.round(random.random(), 2), *near])
        for box in boxes_at(random, random.integers(0, 3), 200, 10, 60):
            found.append([image, f"c{random.integers(0, classes)}", random.random(), *box])
    sides = ("left", "top", "right", "bottom")
    columns = [("image", "class", *sides), ("image", "class", "score", *sides)]
    return [
        {name: [row[i] for row in rows] for i, name in enumerate(names)}
        for rows, names in zip((truth, found), columns, strict=True)
    ]


def coco_scores(truth, found):
    """Score with pycocotools."""
    coco = pytest.importorskip("pycocotools.coco", exc_type=ImportError)
    from pycocotools.cocoeval import COCOeval

    names = sorted({*truth["class"], *found["class"]})

    def rows(table):
        sides = zip(*(table[s] for s in ("left", "top", "right", "bottom")), strict=True)
        for i, (left, top, right, bottom) in enumerate(sides):
            bbox = [left, top, right - left, bottom - top]
            same = {"image_id": table["image"][i], "bbox": bbox, "area": bbox[2] * bbox[3]}
            yield same | {"category_id": names.index(table["class"][i]), "id": i + 1}

    with contextlib.redirect_stdout(io.StringIO()):
        true = coco.COCO()
        images = [{"id": i} for i in sorted({*truth["image"], *found["image"]})]
        true.dataset = {
            "images": images,
            "categories": [{"id": i} for i in range(len(names))],
            "annotations": [row | {"iscrowd": 0} for row in rows(truth)],
        }
        true.createIndex()
        scores = found["score"]
        guess = true.loadRes(
            [row | {"score": s} for row, s in zip(rows(found), scores, strict=True)]
        )
        evaluation = COCOeval(true, guess, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(("map", "map_50", "map_75"), evaluation.stats[:3].tolist(), strict=True))


def test_precision_is_that_of_pycocotools():
    random = np.random.default_rng(4)
    for scene in range(200):
        images = 25 if scene == 0 else int(random.integers(1, 4))
        truth, found = scene_tables(random, images=images)
        if not truth["image"] or not found["image"]:
            truth, found = scene_tables(random, images=5)
        ours = kd.detection.mean_average_precision(truth, found)
        assert ours == pytest.approx(coco_scores(truth, found), abs=1e-6)


def test_only_the_best_hundred_of_a_class_and_image_count():
    truth = {"image": [1], "class": ["a"], "left": [0], "top": [0], "right": [9], "bottom": [9]}
    far = np.arange(100.0, 2100.0, 20)
    found = {
        "image": [1] * 101,
        "class": ["a"] * 101,
        "score": np.linspace(1, 0.1, 101),
        "left": [*far, 0],
        "top": [0] * 101,
        "right": [*(far + 9), 9],
        "bottom": [9] * 101,
    }
    assert kd.detection.mean_average_precision(truth, found)["map_50"] == 0
    found["score"] = found["score"][::-1]
    assert kd.detection.mean_average_precision(truth, found)["map_50"] == 1


def test_precision_refuses_tables_of_no_use():
    truth, found = scene_tables(np.random.default_rng(5))
    with pytest.raises(EmptyData, match="truth: must have a box"):
        kd.detection.mean_average_precision({name: [] for name in truth}, found)
    with pytest.raises(UnknownName, match="got no score"):
        kd.detection.mean_average_precision(truth, truth)
    with pytest.raises(ArgumentType, match="truth: must be a table"):
        kd.detection.mean_average_precision(3, found)


def test_cells_hold_the_boxes_of_an_image():
    random = np.random.default_rng(6)
    for _ in range(20):
        corner = random.uniform(0, 60, (3, 2))
        boxes = np.column_stack([corner, corner + random.uniform(4, 30, (3, 2))]).clip(0, 90)
        codes = random.integers(0, 5, 3)
        cells = kd.detection.encode(boxes, codes, (90, 90), grid=9, proposals=2, classes=5)
        assert cells.shape == (9, 9, 15) and cells.dtype == np.float32
        read, classes, scores = kd.detection.decode(cells, (90, 90), proposals=2, overlap=1)
        places = {tuple(((b[:2] + b[2:]) / 20).astype(int)) for b in boxes}
        assert set(scores) == {1.0}
        # Each proposal has the box; of several in a cell the first is written.
        unique = np.unique(read.round(3), axis=0)
        assert len(unique) == len(places)
        own = {tuple(b) for b in boxes.round(3)}
        assert all(min(abs(np.array(o) - u).max() for o in own) < 2e-3 for u in unique)
        assert set(classes) <= set(codes)


def test_of_two_boxes_in_a_cell_the_first_is_learned():
    shares = np.array([[0.1, 0.1, 0.3, 0.3], [0.0, 0.0, 0.4, 0.4]])
    cells = written(shares, np.array([2, 0]), np.zeros(2, int), 1, 2, 1, 3)
    assert cells[0, 0, 0, 5:].tolist() == [0, 0, 1]
    assert cells[0, 0, 0, 2] == pytest.approx(np.sqrt(0.2))


@pytest.mark.parametrize(
    ("boxes", "codes", "error", "text"),
    [
        ([[0, 0, 9, 5]], [1], ArgumentRange, "inside the image of 8 x 8 pixels"),
        ([[-1, 0, 4, 5]], [1], ArgumentRange, "in box 1"),
        ([[4, 0, 4, 5]], [1], ArgumentRange, "right above left"),
        ([[0, 0, 4, 5]], [3], LabelRange, "whole numbers from 0 to 1; got 3"),
        ([[0, 0, 4, 5]], [1, 1], LengthMismatch, "one a box"),
    ],
)
def test_cells_refuse_boxes_of_no_use(boxes, codes, error, text):
    with pytest.raises(error, match=text):
        kd.detection.encode(boxes, codes, (8, 8), grid=2, classes=2)


def plain_loss(truth, found, grid, proposals):
    """The paper's equation 3, cell by cell."""
    total = 0.0
    for i in range(grid):
        for j in range(grid):
            true, guess = truth[i, j], found[i, j]
            has_object = true[4] == 1
            boxes = [guess[5 * b : 5 * b + 5] for b in range(proposals)]
            corners = [
                [
                    x / grid - w * w / 2,
                    y / grid - h * h / 2,
                    x / grid + w * w / 2,
                    y / grid + h * h / 2,
                ]
                for x, y, w, h in (true[:4], *(b[:4] for b in boxes))
            ]
            shares = [by_hand(corners[0], c) if has_object else 0 for c in corners[1:]]
            responsible = int(np.argmax(shares)) if has_object else None
            for b, box in enumerate(boxes):
                if b == responsible:
                    total += 5 * ((box[:4] - true[:4]) ** 2).sum() + (box[4] - shares[b]) ** 2
                else:
                    total += 0.5 * box[4] ** 2
            if has_object:
                total += ((guess[5 * proposals :] - true[5 * proposals :]) ** 2).sum()
    return total


def test_the_loss_is_that_of_the_paper():
    from kerasduet.environment import start_backend
    from kerasduet.tasks.detection.loss import yolo_loss

    start_backend()
    random = np.random.default_rng(7)
    boxes = np.array([[2, 3, 20, 30], [30, 28, 60, 61]])
    truth = kd.detection.encode(boxes, [1, 2], (64, 64), grid=3, proposals=2, classes=4)
    found = random.uniform(0.1, 0.9, (2, *truth.shape)).astype(np.float32)
    ours = np.asarray(yolo_loss(3, 2)(np.stack([truth, truth]), found))
    expected = [plain_loss(truth, one, 3, 2) for one in found.astype(np.float64)]
    assert ours == pytest.approx(expected, rel=1e-5)
    perfect = np.asarray(yolo_loss(3, 2)(truth[None], truth[None]))
    # Both proposals are right; only one of them is to be sure.
    assert perfect == pytest.approx([0.5 * 2], abs=1e-6)


def paper_weights(width):
    """Count the weights layer by layer, from the paper's table."""
    channels, weights = 3, 0
    for filters, size, _ in (layer for layer in LAYERS if layer != POOL):
        filters = round(filters * width)
        weights += (size * size * channels + 1) * filters
        channels = filters
    dense = round(4096 * width)
    return weights + (7 * 7 * channels + 1) * dense + (dense + 1) * 7 * 7 * 30


def test_yolo_v1_is_the_papers_network():
    """Of a 64th of its width all is built; the whole takes a gigabyte and a minute."""
    assert paper_weights(1) == 271_703_550
    small = kd.models.yolo_v1(width=1 / 64)
    assert small.count_params() == paper_weights(1 / 64)
    assert small.output_shape == (None, 7, 7, 30) and small.input_shape == (None, 448, 448, 3)
    kinds = [type(layer).__name__ for layer in small.layers]
    assert kinds.count("Conv2D") == 24 and kinds.count("Dense") == 2
    other = kd.models.yolo_v1(input_shape=(64, 96, 1), width=1 / 64, grid=3, boxes=1, classes=4)
    assert other.output_shape == (None, 3, 3, 9)


def test_a_narrow_yolo_v1_trains_and_is_loaded(tmp_path):
    """24 convolutions learn where no object is; the paper's were trained on ImageNet first."""
    run = kd.run_experiment(
        "yolo-digits",
        builder="yolo_v1",
        width=1 / 32,
        dataset="digit-scenes",
        scenes=120,
        test_scenes=10,
        epochs=3,
        out=tmp_path / "run",
        progress=False,
    )
    losses = run.history["loss"].to_numpy()
    assert (np.diff(losses) < 0).all() and losses[-1] < 0.8 * losses[0]
    assert kd.load_run(tmp_path / "run").predictions().equals(run.predictions())


def test_scenes_hold_their_digits():
    random = np.random.default_rng(8)
    digits = np.zeros((10, 28, 28), np.uint8)
    digits[:, 4:24, 8:20] = random.integers(100, 255, (10, 20, 12))
    made = [
        digit_scenes(digits, np.arange(10), number=60, height=48, width=64, most=4, seed=s)
        for s in (3, 3, 4)
    ]
    images, boxes, codes, starts = made[0]
    assert all(map(np.array_equal, made[0], made[1]))
    assert not np.array_equal(images, made[2][0])
    assert images.shape == (60, 48, 64, 1) and images.dtype == np.uint8
    assert (np.diff(starts) >= 1).all() and np.diff(starts).max() == 4
    assert set(codes) == set(range(10))
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= (64, 48)).all()
    for row in range(60):
        own = boxes[starts[row] : starts[row + 1]]
        assert (kd.detection.iou(own, own) - np.eye(len(own)) <= 1e-12).all()
        ink = images[row, :, :, 0] >= 64
        inside = np.zeros_like(ink)
        for left, top, right, bottom in own.astype(int):
            inside[top:bottom, left:right] = True
            part = ink[top:bottom, left:right]
            edges = (part[0], part[-1], part[:, 0], part[:, -1])
            assert all(edge.any() for edge in edges)
        assert not (ink & ~inside).any()


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment(
        "yolo-digits",
        dataset="digit-scenes-subset",
        scenes=60,
        test_scenes=12,
        epochs=1,
        filters=(4, 4, 8),
        cell_filters=(8,),
        progress=False,
    )


def test_a_detector_gives_boxes(run):
    data = run.dataset
    assert data.sizes == {"train": 57, "validation": 3, "test": 12}
    assert data.y_train.shape == (57, 8, 8, 20)
    every = run.predict(data, kind="all")
    names = ["image", "class", "score", "left", "top", "right", "bottom"]
    assert list(every.columns) == names
    boxes = kd.detection.test_boxes(run)
    assert boxes["found"].equals(every)
    ours = kd.detection.mean_average_precision(boxes["truth"], boxes["found"])
    assert ours["map_50"] == pytest.approx(run.metrics["map_50"], abs=1e-12)
    assert ours["map"] == pytest.approx(run.metrics["map"], abs=1e-12)
    sure = run.predict(data.x_test)
    assert sure.equals(every[every["score"] >= 0.25].reset_index(drop=True))
    assert len(boxes["truth"]) == len(data.test.targets.codes)
    row = json.loads(run.predictions()["truth"][0])
    assert row[0][1:] == data.test.targets.of(0)[0][0].tolist()


def test_a_detector_is_scored_with_an_interval(run):
    from kerasduet.report.measures import headline

    counts = run.task.counted(run.table, run.preprocessing)["map_50"]
    whole = counts(np.ones((1, len(run.table)), int))
    assert whole[0] == pytest.approx(run.metrics["map_50"], abs=1e-12)
    found = headline(run)
    assert found.low <= found.value <= found.high
    # Twice the same images: no other precision.
    assert counts(np.full((1, len(run.table)), 2))[0] == pytest.approx(whole[0], abs=1e-12)


def test_true_boxes_score_the_whole(run):
    cells = np.asarray(run.dataset.test.targets)
    table = run.task.table(run.dataset, cells)
    scores = run.task.score(table, run.preprocessing)
    assert scores["map_50"] == scores["map"] == 1


def test_scenes_are_drawn(run):
    drawn = run.plot("scenes", rows=[2, 5])
    assert drawn.alt_text.startswith("2 test images with ")
    with pytest.raises(ArgumentRange, match="rows"):
        run.plot("scenes", rows=[13])


def test_of_many_boxes_an_image_is_drawn_with_the_best(run):
    (panel,) = plot_data(run, "scenes").panels
    found = run.predict(run.dataset)
    drawn = panel.frames["found"]
    for image, some in drawn.groupby("image"):
        best = found[found["image"] == image].nlargest(10, "score")["score"]
        assert some["score"].tolist() == best.tolist()
    assert len(drawn) < len(found)
    assert panel.subtitle.endswith("Thin: true. At most the 10 best an image")
    assert (drawn["above"] >= 0.04 * 64).all() and (drawn["above"] <= 64).all()


def test_scenes_of_an_overview_are_six_in_rows_of_three(run):
    history, scenes = plot_data(run).panels
    assert len(scenes.facets.values) == 6 and scenes.facets.columns == 3
    assert plot_data(run).layout == ((1, history.height), (1, scenes.height))


def test_a_detector_says_what_it_does_not_take(run):
    with pytest.raises(
        ArgumentType, match="needs a classifier; got the run yolo-digits, a detector"
    ):
        kd.plot_embedding(run)
    with pytest.raises(ArgumentType, match=r"task detection\. Use cross_validate"):
        kd.backtest(run.experiment)
    with pytest.raises(ArgumentType, match="run: only a classifier of images is exported"):
        run.export("network.keras")


def test_a_detector_finds_boxes_in_files(run, tmp_path):
    from PIL import Image

    scene = Image.fromarray(run.dataset.x_test[0, ..., 0])
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter turn to the right stands it upright
    scene.save(tmp_path / "same.png")
    wide = scene.resize((128, 96)).convert("RGB")
    wide.save(tmp_path / "wide.png")
    scene.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=turned)
    files = [str(tmp_path / f"{name}.png") for name in ("same", "wide", "turned")]
    every = run.predict(files, kind="all")
    parts = [every[every["image"] == i].iloc[:, 1:].reset_index(drop=True) for i in (1, 2, 3)]
    own = run.predict(run.dataset.x_test[:1], kind="all")
    assert len(own) and parts[0].equals(own.iloc[:, 1:])
    assert parts[2].equals(parts[0])
    small = np.asarray(wide.convert("L").resize((64, 64), Image.Resampling.BILINEAR))
    other = run.predict(small[None], kind="all")
    sides = ["left", "top", "right", "bottom"]
    assert parts[1]["score"].tolist() == other["score"].tolist()
    assert np.allclose(parts[1][sides], other[sides] * [2, 1.5, 2, 1.5], atol=0.02)
    assert run.predict(tmp_path / "same.png", kind="all").equals(own)
    assert run.predict({"image": files}, kind="all").equals(every)
    assert kd.plot_maps(run, files[0]).alt_text


def test_a_detector_refuses_files_that_it_cannot_read(run, tmp_path):
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(DatasetError) as raised:
        run.predict(["nowhere.png", str(tmp_path / "text.png")])
    assert "'nowhere.png' (not there)" in str(raised.value)
    assert "text.png' (no image) cannot, 2 of 2. Replace or remove them." in str(raised.value)
    with pytest.raises(EmptyData, match="x: must have at least one image"):
        run.predict([])
    with pytest.raises(UnknownName, match="x: must have the column image"):
        run.predict({"file": ["a.png"]})


def test_other_runs_have_no_boxes():
    with pytest.raises(ArgumentType, match="run: must be a detector's; got 3"):
        kd.detection.test_boxes(3)


def test_a_detectors_builder_is_no_classifiers():
    with pytest.raises(
        ArgumentType, match="builder: yolo_small does not fit the dataset mnist"
    ):
        kd.experiment("mnist-cnn", builder="yolo_small")
    with pytest.raises(
        ArgumentType, match="builder: cnn does not fit the dataset digit-scenes"
    ):
        kd.experiment("yolo-digits", builder="cnn")


def annotated(folder, coco):
    """Write four images of several sizes, two of them with boxes, as COCO or as VOC files."""
    from PIL import Image

    random = np.random.default_rng(9)
    sizes = [(40, 30), (64, 64), (30, 50), (32, 32)]
    boxes = {0: [("dog", 4, 6, 20, 26)], 1: [("cat", 0, 0, 64, 32), ("dog", 8, 40, 30, 60)]}
    boxes |= {2: [("cat", 3, 5, 9, 45)], 3: [("dog", 1, 2, 30, 31)]}
    place = folder / ("images" if coco else "JPEGImages")
    place.mkdir()
    for i, (width, height) in enumerate(sizes):
        pixels = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(place / f"{i}.png")
    if coco:
        categories = [{"id": 7, "name": "dog"}, {"id": 3, "name": "cat"}]
        ids = {"dog": 7, "cat": 3}
        annotations = [
            {"image_id": i, "category_id": ids[n], "bbox": [x, y, r - x, b - y]}
            for i, own in boxes.items()
            for n, x, y, r, b in own
        ]
        annotations.append({"image_id": 0, "category_id": 7, "bbox": [0] * 4, "iscrowd": 1})
        images = [{"id": i, "file_name": f"{i}.png"} for i in range(4)]
        content = {"images": images, "annotations": annotations, "categories": categories}
        (folder / "boxes.json").write_text(json.dumps(content))
        return boxes
    (folder / "Annotations").mkdir()
    for i, own in boxes.items():
        objects = "".join(
            f"<object><name>{n}</name><part><name>paw</name><bndbox><xmin>1</xmin></bndbox></part>"
            f"<bndbox><xmax>{r}</xmax><xmin>{x + 1}</xmin><ymin>{y + 1}</ymin><ymax>{b}</ymax>"
            "</bndbox></object>"
            for n, x, y, r, b in own
        )
        text = f"<annotation><filename>{i}.png</filename>{objects}</annotation>"
        (folder / "Annotations" / f"{i}.xml").write_text(text)
    return boxes


@pytest.mark.parametrize("coco", [True, False])
def test_annotated_images_are_read(tmp_path, coco):
    boxes = annotated(tmp_path, coco)
    settings = {"dataset": "annotated-images", "path": tmp_path, "classes": 2, "grid": 4}
    settings |= {"input_shape": (32, 32, 3), "validation_split": 0.25, "test_split": 0.25}
    data = kd.load_data(kd.experiment("yolo-digits", **settings))
    assert data.sizes == {"train": 2, "validation": 1, "test": 1}
    assert data.preprocessing.class_names == ("cat", "dog")
    assert ("crowds" in data.source.note) == coco and not data.source.given
    rows = {"train": [1, 3], "validation": [2], "test": [0]}
    found = {}
    for part in ("train", "validation", "test"):
        truth = getattr(data, part).targets
        assert getattr(data, f"x_{part}").shape == (len(truth), 32, 32, 3)
        for row in range(len(truth)):
            own, codes = truth.of(row)
            names = [data.preprocessing.class_names[c] for c in codes]
            key = tuple(truth.sizes[row])
            found[key] = [(n, *b) for n, b in zip(names, own.tolist(), strict=True)]
    sizes = [(40, 30), (64, 64), (30, 50), (32, 32)]
    assert found == {size: boxes[i] for i, size in enumerate(sizes)}
    assert sum(map(len, rows.values())) == 4
    again = kd.load_data(kd.experiment("yolo-digits", **settings))
    assert again.source.sha256 == data.source.sha256


def test_a_folder_of_images_is_learned_and_asked(tmp_path):
    annotated(tmp_path, coco=True)
    run = kd.run_experiment(
        "yolo-digits",
        dataset="annotated-images",
        path=tmp_path,
        classes=2,
        grid=4,
        input_shape=(32, 32, 3),
        validation_split=0,
        test_split=0.5,
        filters=(2, 2, 2),
        cell_filters=(2,),
        epochs=1,
        progress=False,
    )
    tests = run.dataset.test.targets
    boxes = run.predict(run.dataset, kind="all")
    for image, width, height in zip((1, 2), *tests.sizes.T, strict=True):
        own = boxes[boxes["image"] == image]
        assert len(own) and own["right"].max() <= width and own["bottom"].max() <= height
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert loaded.predict(loaded.dataset, kind="all").equals(boxes)
    assert loaded.plot("scenes").alt_text == run.plot("scenes").alt_text


def marked_images(folder, told, ending="png"):
    """Write an image of each orientation with a light box, and say where it is, as COCO does.

    `told` says of which pixels: "nothing" and "stored" of those in the file, "upright" of those
    that are shown, where width and height tell the two apart.
    """
    from PIL import Image, ImageOps

    images, annotations, shown = [], [], []
    for orientation in range(1, 9):
        pixels = np.zeros((24, 40), np.uint8)
        pixels[6:14, 4:20] = 255
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = folder / f"{orientation}.{ending}"
        Image.fromarray(pixels).save(file, exif=exif)
        marked = Image.fromarray(pixels)
        marked.getexif()[0x0112] = orientation
        shown.append(np.asarray(ImageOps.exif_transpose(marked)))
        given = shown[-1] if told == "upright" and orientation > 4 else pixels
        left, top, right, bottom = light_box(given)
        size = {"width": given.shape[1], "height": given.shape[0]} if told != "nothing" else {}
        images.append({"id": orientation, "file_name": file.name} | size)
        box = {"bbox": [left, top, right - left, bottom - top], "category_id": 1}
        annotations.append(box | {"image_id": orientation})
    content = {"images": images, "annotations": annotations}
    content["categories"] = [{"id": 1, "name": "light"}]
    (folder / "boxes.json").write_text(json.dumps(content))
    return shown


def light_box(pixels):
    rows, columns = (axis.tolist() for axis in np.nonzero(pixels > 128))
    return [min(columns), min(rows), max(columns) + 1, max(rows) + 1]


def read_folder(folder):
    settings = {"dataset": "annotated-images", "classes": 1, "input_shape": (64, 64, 1)}
    chosen = kd.experiment("yolo-digits", path=folder, **settings)
    return load_folder(chosen.data)[0]


@pytest.mark.parametrize("ending", ["png", "tif"])  # Pillow turns the latter by itself
@pytest.mark.parametrize("told", ["nothing", "stored", "upright"])
def test_boxes_are_turned_with_their_images(tmp_path, told, ending):
    shown = marked_images(tmp_path, told, ending)
    found = read_folder(tmp_path)
    for row, (pixels, seen) in enumerate(zip(shown, found.x.take(np.arange(8)), strict=True)):
        boxes, _ = found.truth.of(row)
        assert boxes.tolist() == [light_box(pixels)]
        assert found.truth.sizes[row].tolist() == [*pixels.shape[::-1]]
        # As the network sees it, too.
        scale = 64 / np.tile(pixels.shape[::-1], 2)
        assert np.allclose(light_box(seen[..., 0]), boxes[0] * scale, atol=1.01)


def test_voc_files_say_which_pixels_they_mean(tmp_path):
    shown = marked_images(tmp_path, "nothing")
    (tmp_path / "boxes.json").unlink()
    left, top, right, bottom = light_box(shown[5])
    height, width = shown[5].shape
    (tmp_path / "6.xml").write_text(
        f"<annotation><filename>6.png</filename><size><width>{width}</width>"
        f"<height>{height}</height></size><object><name>light</name><bndbox>"
        f"<xmin>{left + 1}</xmin><ymin>{top + 1}</ymin><xmax>{right}</xmax>"
        f"<ymax>{bottom}</ymax></bndbox></object></annotation>"
    )
    assert read_folder(tmp_path).truth.of(0)[0].tolist() == [[left, top, right, bottom]]


def test_annotations_of_another_size_are_refused(tmp_path):
    marked_images(tmp_path, "stored")
    content = json.loads((tmp_path / "boxes.json").read_text())
    content["images"][5] |= {"width": 80, "height": 48}
    (tmp_path / "boxes.json").write_text(json.dumps(content))
    with pytest.raises(DatasetError) as raised:
        read_folder(tmp_path)
    assert str(raised.value) == (
        "annotations: width and height must be those of the image; got 80 x 48 in boxes.json for "
        "'6.png', which has 40 x 24 pixels. Put the image there that was annotated."
    )
