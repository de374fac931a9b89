import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, metric, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

const provider = { channel: 'app', provider: 'sandbox' };
const breaker = () => metric('cardwatch_breaker_state', provider);
const accepted = () => metric('cardwatch_send_attempts_total', { ...provider, outcome: 'accepted' });

// waiting is how many app messages have been queued and not yet brought to an end.
async function waiting() {
  const moved = (state) => metric('cardwatch_desk_moves_total', { kind: 'message', channel: 'app', state });
  const [queued, ...ended] = await Promise.all(['queued', 'delivered', 'refused', 'undelivered', 'unknown'].map(moved));
  return ended.reduce((rest, n) => rest - n, queued);
}

test('a provider that fails is left alone; its messages wait and go out when it works again', async (t) => {
  const phone = await visit(t, '/phone');
  await phone.getByRole('button', { name: 'Start a provider outage' }).click();
  await phone.getByText('Provider outage', { exact: true }).waitFor();
  await shot(phone, 'outage');
  const before = await accepted();
  const [closed, open] = [0, 2];
  await eventually('the breaker opens', async () => await breaker() === open);

  const held = await eventually('messages wait', waiting);
  assert.equal(await accepted(), before, 'nothing goes out meanwhile');

  await phone.getByRole('button', { name: 'End the outage' }).click();
  await phone.getByRole('button', { name: 'Start a provider outage' }).waitFor();
  await eventually('the breaker closes', async () => await breaker() === closed, 60);
  await eventually('as many as waited have gone out', async () => await accepted() >= before + held, 60);
});
