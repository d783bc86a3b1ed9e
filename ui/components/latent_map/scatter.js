// The codes on a map: points, ellipses and class means, grouped by class so that each colour is set once.

const MAX_ELLIPSES = 400;
const ASIDE = 0.045; // of the codes' extent

// Images that share a code would hide each other: each stands a little aside of it, always to the same side.
function standAside(points) {
  const [low, high] = middleRange(points);
  return points.map((value, i) => {
    const [index, turn] = [i >> 1, (i >> 1) * 2.4];
    return value + ASIDE * (high - low) * Math.sqrt((index * 0.618) % 1) * (i % 2 ? Math.sin(turn) : Math.cos(turn));
  });
}

function drawScatter(context, map, scene) {
  const { show, points } = scene;
  const groups = byClass(scene.labels, points.length / 2);
  if (show.ellipses && scene.spread) drawEllipses(context, map, scene, groups);
  if (show.points) drawPoints(context, map, scene, groups);
  if (show.centroids) drawCentroids(context, map, scene, groups);
  else if (show.points) nameClasses(context, map, scene, groups);
}

function byClass(labels, count) {
  const groups = new Map();
  for (let i = 0; i < count; i++) {
    const label = labels ? labels[i] : 0;
    if (!groups.has(label)) groups.set(label, []);
    groups.get(label).push(i);
  }
  return groups;
}

// One standard deviation clear, two faint.
function drawEllipses(context, { view }, { means, spread, flat, colors }, groups) {
  const every = Math.max(1, Math.ceil(means.length / 2 / MAX_ELLIPSES));
  context.lineWidth = 1;
  for (const [label, members] of groups) {
    context.strokeStyle = colors[label % colors.length];
    const shown = members.filter((i) => i % every === 0).map((i) => [view.x(means[2 * i]), view.y(means[2 * i + 1]), ...ellipseOf(...spread.subarray(3 * i, 3 * i + 3))]);
    for (const [sigmas, alpha] of [[1, 0.55], [2, 0.22]]) {
      context.globalAlpha = alpha;
      context.beginPath();
      for (const [cx, cy, rx, ry, turn] of shown) {
        const [across, up] = [sigmas * rx * view.scale, flat ? 0.5 : sigmas * ry * view.scale];
        context.moveTo(cx + across * Math.cos(turn), cy - across * Math.sin(turn));
        context.ellipse(cx, cy, across, up, -turn, 0, TURN);
      }
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

function drawPoints(context, { view }, { points, colors, show, spread }, groups) {
  const radius = (view.width < 240 ? 1.7 : 2.4) * (points.length > 2000 ? 0.8 : 1);
  context.globalAlpha = show.ellipses && spread ? 0.9 : 0.8;
  for (const [label, members] of groups) {
    context.fillStyle = colors[label % colors.length];
    context.beginPath();
    for (const i of members) {
      const [px, py] = [view.x(points[2 * i]), view.y(points[2 * i + 1])];
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, TURN);
    }
    context.fill();
  }
  context.globalAlpha = 1;
}

// The mean code of each class: a disc of its colour, with its name where that is short.
function drawCentroids(context, map, { means, colors, classes, theme }, groups) {
  const { view } = map;
  context.textAlign = "center";
  for (const [label, members] of groups) {
    const [cx, cy] = [0, 1].map((side) => members.reduce((sum, i) => sum + means[2 * i + side], 0) / members.length);
    const name = classes?.[label] ?? "";
    context.beginPath();
    context.arc(view.x(cx), view.y(cy), 9, 0, TURN);
    context.fillStyle = theme.ground;
    context.fill();
    context.lineWidth = 3;
    context.strokeStyle = colors[label % colors.length];
    context.stroke();
    map.label(context, name, view.x(cx), view.y(cy) + (name.length > 2 ? 22 : 4), theme, true);
  }
}

// Short names at each class' median, which the eye takes for its place.
function nameClasses(context, map, { points, flat, classes, theme }, groups) {
  if (flat || !classes || classes.some((name) => name.length > 2)) return;
  context.textAlign = "center";
  for (const [label, members] of groups) {
    const [cx, cy] = [0, 1].map((side) => Float32Array.from(members, (i) => points[2 * i + side]).sort()[Math.floor(members.length / 2)]);
    map.label(context, classes[label] ?? "", map.view.x(cx), map.view.y(cy) + 4, theme, true);
  }
}
