import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from './visitor.mjs';

const visit = useBrowser();

test('the collections queue shows its tiers, and accounts with the reason why they come first', async (t) => {
  const queue = await visit(t, '/queue');
  const tiers = queue.getByRole('navigation', { name: 'Tiers' });
  for (const tier of ['Watch', 'Grace', 'Mild', 'Moderate', 'Severe A', 'Severe B', 'Severe C']) {
    await tiers.getByRole('link', { name: new RegExp(`^${tier} \\d+\\+?$`) }).waitFor();
  }
  await tiers.getByRole('link', { name: /^Moderate/ }).click();
  await queue.waitForURL('**/queue?tier=moderate');
  const account = queue.getByRole('row').nth(1);
  await account.getByRole('rowheader', { name: /^••/ }).waitFor();
  assert.ok(await account.getByRole('listitem').count() > 0, 'reasons');
  const priorities = (await queue.locator('td.strong').allTextContents()).map(Number);
  assert.deepEqual(priorities, priorities.toSorted((a, b) => b - a));
});
