import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

test('an analyst reads why a case fired, claims it, writes a note and closes it', async (t) => {
  const board = await visit(t, '/');
  // A case whose customer has said no stays on top, whatever else is answered meanwhile.
  const denied = board.getByRole('row').filter({ hasText: 'Block requested' }).first();
  await eventually('a customer has denied a use', async () => {
    await board.goto('/');
    return await denied.count() > 0;
  });
  const path = await denied.getByRole('link').getAttribute('href');

  const desk = await visit(t, path);
  const why = desk.getByRole('region', { name: 'Why it fired' });
  assert.ok(await why.getByRole('listitem').count() > 0, 'reasons');
  await why.getByText(/^¥[\d,.]+ · /).first().waitFor();
  // The demo's days pass in seconds: the card may have moved on since.
  await desk.getByRole('region', { name: 'Recent use of the card' }).getByText(/^In the alert$|older than these/).first().waitFor();
  await shot(desk, 'case');

  const work = desk.getByRole('region', { name: 'Work on it' });
  await work.getByRole('button', { name: 'Claim' }).click();
  await work.getByText('You hold this case').waitFor();

  await work.getByRole('textbox', { name: 'Note' }).fill('Called back: card was at home.');
  await work.getByRole('button', { name: 'Note' }).click();
  const history = desk.getByRole('region', { name: 'History' });
  await history.getByText('Called back: card was at home.').waitFor();

  await work.getByRole('radio', { name: 'Confirmed fraud' }).check();
  await work.getByRole('button', { name: 'Close' }).click();
  await history.getByText('Closed', { exact: true }).waitFor();
  await work.getByRole('button', { name: 'Reopen' }).waitFor();

  // The board that stayed open tells it in place; the next one no longer lists the case.
  const row = board.getByRole('row').filter({ has: board.locator(`a[href="${path}"]`) });
  await row.getByText(/^Closed .*Confirmed fraud$/).waitFor();
  await board.reload();
  assert.equal(await row.count(), 0);
});
