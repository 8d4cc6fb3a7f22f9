// What the view says in words.
const PERHAPS = "what you look for may not be there, or the model may not know the words";
const OTHERWISE = "Try other words, or another model.";
const UNCAPTIONED = "Name what you look for in short phrases, with “Read as a caption” off, or try another model.";

function countWords({ marks, hidden, threshold, cuts, data }, shown, suppressed) {
  const all = marks.length;
  if (!all) return `Nothing reached ${data.floor.toFixed(2)}, the lowest score kept: ${PERHAPS}. ${data.caption ? UNCAPTIONED : OTHERWISE}`;
  const overlapping = suppressed ? `, ${suppressed} hidden as overlapping` : "";
  if (shown) return `${shown} of ${all} ${all === 1 ? "box" : "boxes"} shown${overlapping}`;
  const switchedOn = marks.filter(({ box }) => !hidden.has(box.label));
  if (!switchedOn.length) return "Every label is switched off; switch one on to see its boxes.";
  const above = ({ box: { score, label } }) => score - least(label, threshold, cuts);
  const { box } = switchedOn.reduce((best, mark) => (above(mark) > above(best) ? mark : best));
  const nearest = (Math.floor(box.score * 100 + 1e-6) / 100).toFixed(2); // cut: from there on the box is shown
  const why = box.score < least(box.label, data.threshold, data.cuts) ? `: ${PERHAPS}` : "";
  const move = nearest < threshold ? "Lower" : "Set";
  return `Nothing reached ${least(box.label, threshold, cuts).toFixed(2)}${why}. ${move} “Show from score” to ${nearest} to see “${box.label}”, which came nearest.`;
}

function tipWords({ box, judgedAs }) {
  const piece = box.piece ? ` (found: “${box.piece}”)` : "";
  const others = box.others.map(({ label, score }) => `\n${label}  ${percent(score)}`).join("");
  const said = judgedAs ? `\njudged: ${MARKS[judgedAs].name}` : "";
  return `${box.label}  ${percent(box.score)}${piece}${others}${said}`;
}

function percent(score) {
  return `${(100 * score).toFixed(1)} %`;
}
