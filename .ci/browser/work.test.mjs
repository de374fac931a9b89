import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

// as gives a visitor a name at the desk.
async function as(page, name) {
  await page.getByLabel('Acting as').fill(name);
  await page.getByLabel('Acting as').press('Enter');
  await page.waitForLoadState();
  assert.equal(await page.getByLabel('Acting as').inputValue(), name);
}

const work = (page) => page.getByRole('region', { name: 'Work on it' });
const history = (page) => page.getByRole('region', { name: 'History' });

test('two analysts press "next case" at once and get two cases; one is escalated, put off and brought back', async (t) => {
  const first = await visit(t, '/');
  await as(first, 'li.na');
  const second = await visit(t, '/');
  await as(second, 'wang.wei');
  await eventually('three cases wait', async () => {
    await first.goto('/');
    return await first.locator('tr[data-case]').count() >= 3;
  });
  await second.goto('/');
  await Promise.all([first.keyboard.press('n'), second.getByRole('button', { name: 'Next case' }).click()]);
  await Promise.all([first, second].map((page) => work(page).getByText('You hold this case').waitFor()));
  assert.notEqual(first.url(), second.url());

  const path = new URL(first.url()).pathname;
  await work(first).getByRole('textbox', { name: 'Note' }).fill('Needs the second line.');
  await work(first).getByRole('button', { name: 'Escalate' }).click();
  await history(first).getByText('Escalated', { exact: false }).first().waitFor();
  const row = second.locator(`tr[data-case="${path.split('/').pop()}"]`);
  await second.goto('/?line=escalated');
  await row.waitFor();

  await work(first).getByRole('combobox').selectOption('24');
  await work(first).getByRole('button', { name: 'Snooze' }).click();
  await work(first).getByRole('button', { name: 'Bring back' }).waitFor();
  await second.goto('/?line=snoozed');
  await row.waitFor();
  await shot(second, 'snoozed');
  await work(first).getByRole('button', { name: 'Bring back' }).click();
  await work(first).getByRole('button', { name: 'Snooze' }).waitFor();
  await second.goto('/?line=escalated');
  await row.waitFor();
});

test('a block is taken back by two people when much is at stake, by one when little is', async (t) => {
  const holder = await visit(t, '/');
  await as(holder, 'li.na');
  const denied = holder.getByRole('row').filter({ hasText: 'Block requested' }).filter({ hasNotText: 'wang.wei' }).first();
  await eventually('a customer has denied a use', async () => {
    await holder.goto('/');
    return await denied.count() > 0;
  });
  await denied.getByRole('link').first().click();
  await work(holder).getByRole('button', { name: 'Claim' }).click();
  await work(holder).getByRole('textbox', { name: 'Note' }).fill('Customer called: it was a family member.');
  await work(holder).getByRole('button', { name: 'Ask to unblock' }).click();
  await history(holder).getByText(/^(Asked to unblock|Unblocking requested)$/).first().waitFor();
  const approve = work(holder).getByRole('button', { name: 'Approve unblocking' });
  if (await approve.count() > 0) {
    await approve.click();
    await holder.getByRole('alert').getByText('Somebody else has to approve').waitFor();
    const other = await visit(t, new URL(holder.url()).pathname);
    await as(other, 'zhao.min');
    await work(other).getByRole('button', { name: 'Approve unblocking' }).click();
    await work(other).getByRole('button', { name: 'Approve unblocking' }).waitFor({ state: 'detached' });
  }
  await holder.reload();
  assert.equal(await holder.locator('.facts').getByText('Block requested').count(), 0, 'the block is gone');
});

test('a silence is previewed, begun from a case, shown and ended', async (t) => {
  const desk = await visit(t, '/');
  await as(desk, 'li.na');
  await eventually('a case is open', async () => {
    await desk.goto('/');
    return await desk.locator('tr[data-case]').count() > 0;
  });
  await desk.locator('tr[data-case] a').last().click();
  await desk.getByRole('link', { name: 'Silence from this case' }).click();
  const form = desk.getByRole('form', { name: 'New silence' });
  await form.getByRole('textbox', { name: 'Merchant' }).fill('');
  await form.getByRole('textbox', { name: 'Reason' }).fill('Terminal under test');
  await form.getByRole('textbox', { name: 'Hours' }).fill('2');
  await form.getByRole('button', { name: 'Preview' }).click();
  await desk.getByText(/It would hide \d+ open cases/).waitFor();
  await form.getByRole('button', { name: 'Silence', exact: true }).click();
  await desk.getByText('Terminal under test').waitFor();
  await shot(desk, 'silences');
  await desk.getByRole('button', { name: 'End', exact: true }).click();
  await desk.getByText(/Ended · li\.na/).waitFor();
});

test('staff see every message that customers are sent, in both languages', async (t) => {
  const desk = await visit(t, '/wordings');
  await desk.getByText('Reply Y for yes, N for no. STOP ends texts.').first().waitFor();
  await desk.getByText('回复Y确认，回复N否认，退订回T。').first().waitFor();
  await shot(desk, 'wordings');
  const dark = await visit(t, '/wordings', { colorScheme: 'dark', locale: 'zh-CN' });
  await dark.getByRole('heading', { name: /^消息文案/ }).waitFor();
  await shot(dark, 'wordings-zh-dark');
});
