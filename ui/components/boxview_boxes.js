// The pure functions of core/detection/boxes.py, held to the same cases.
function iou(a, b) {
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin);
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

function area(box) {
  return (box.xmax - box.xmin) * (box.ymax - box.ymin);
}

// `cuts` has the labels that are shown from a score of their own.
function above(detections, threshold, labels = null, cuts = {}) {
  return detections.filter(({ score, label }) => score >= least(label, threshold, cuts) && (!labels || labels.has(label)));
}

function least(label, threshold, cuts) {
  return Object.hasOwn(cuts, label) ? cuts[label] : threshold;
}

// Of two boxes that overlap by more than `mostIou` the one with the lower score goes, whatever its label.
function suppress(detections, mostIou) {
  const kept = [];
  for (const each of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => iou(each.box, other.box) <= mostIou)) kept.push(each);
  }
  return detections.filter((each) => kept.includes(each));
}
