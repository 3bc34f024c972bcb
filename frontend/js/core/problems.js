// Codes stay in here and are never shown.

const SENTENCES = {
  hold_expired: 'problem.expired',
  not_held: 'problem.notHeld',
  extension_limit: 'problem.extensionLimit',
  sales_closed: 'problem.closed',
  show_not_found: 'problem.showGone',
  seat_not_found: 'problem.seatGone',
  booking_not_found: 'problem.bookingGone',
  not_cancellable: 'problem.notCancellable',
  busy: 'problem.busy',
  idempotency_in_progress: 'problem.busy',
  invalid_credentials: 'problem.credentials',
  username_taken: 'problem.usernameTaken',
  payment_required: 'problem.payment',
  payment_proof_not_found: 'problem.payment',
  not_authenticated: 'problem.signIn',
  invalid: 'problem.check',
};

export function sentenceFor(result) {
  if (result.kind === 'unreachable') return { key: 'problem.unreachable' };
  const { code, problem = {}, retryAfter } = result;
  if (code === 'seat_limit') return { key: 'problem.limit', values: { count: problem.limit } };
  if (code === 'throttled') return { key: 'problem.throttled', values: { count: retryAfter ?? 60 } };
  return { key: SENTENCES[code] ?? 'problem.unknown' };
}

export function fieldTexts(result) {
  const errors = result.code === 'invalid' ? (result.problem?.errors ?? {}) : {};
  return new Map(
    Object.entries(errors).map(([field, texts]) => [field, [].concat(texts).map(String).join(' ')]),
  );
}

export function conflictLabels(problem) {
  return (problem?.conflicts ?? []).map((seat) => seat.label ?? `${seat.row}${seat.number}`);
}
