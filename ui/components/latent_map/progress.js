// A run's progress in words.

function progressText(status, newest) {
  const epochs = newest?.step ? (newest.epoch * status.total_steps) / newest.step : 0;
  if (status.state === "done") return `done · ${whole.format(status.step)} steps${epochs ? ` · ${whole.format(epochs)} epochs` : ""}`;
  if (status.state !== "running") return newest ? endedText(status, newest, epochs) : status.state; // with no frame, the map says why
  const parts = [];
  if (epochs) parts.push(`epoch ${whole.format((epochs * status.step) / status.total_steps)} of ${whole.format(epochs)}`);
  else parts.push(status.message || "starting");
  if (status.images_per_second) parts.push(`${whole.format(status.images_per_second)} images/s`);
  if (newest?.step) parts.push(`${duration(((status.total_steps - status.step) * newest.seconds) / newest.step)} left`);
  return parts.join(" · ");
}

function endedText({ state, message, total_steps }, { step, epoch }, epochs) {
  const where = step ? ` at step ${whole.format(step)} of ${whole.format(total_steps)}, epoch ${whole.format(epoch)} of ${whole.format(epochs)}` : "";
  return `${state}${where}${message ? `: ${message}` : ""}`;
}

function waitingText({ status, problem, active, loading }) {
  if (problem) return problem;
  if (loading) return "Loading…";
  if (!active) return status.message || "This run has no frames.";
  return `Waiting for the first frame…\n${status.message ?? ""}`;
}
