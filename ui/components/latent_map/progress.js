// A run's progress in words.

function progressText(status, newest) {
  const epochs = newest?.step ? (newest.epoch * status.total_steps) / newest.step : 0;
  if (status.state === "done") return `done · ${whole.format(status.step)} steps${epochs ? ` · ${whole.format(epochs)} epochs` : ""}`;
  if (status.state !== "running") return newest && status.message ? `${status.state}: ${status.message}` : status.state; // with no frame, the map says why
  const parts = [];
  if (epochs) parts.push(`epoch ${whole.format((epochs * status.step) / status.total_steps)} of ${whole.format(epochs)}`);
  else parts.push(status.message || "starting");
  if (status.images_per_second) parts.push(`${whole.format(status.images_per_second)} images/s`);
  if (newest?.step) parts.push(`${duration(((status.total_steps - status.step) * newest.seconds) / newest.step)} left`);
  return parts.join(" · ");
}

function waitingText({ status, problem, active }) {
  if (problem) return problem;
  if (status && !active) return status.message || "This run has no frames.";
  return `Waiting for the first frame…\n${status?.message ?? ""}`;
}
