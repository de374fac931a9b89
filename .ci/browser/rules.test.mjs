import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, metric, useBrowser } from './visitor.mjs';

const visit = useBrowser();

async function actAs(page, name) {
  await page.getByLabel('Acting as').fill(name);
  await page.getByLabel('Acting as').press('Enter');
  await page.waitForLoadState();
  assert.equal(await page.getByLabel('Acting as').inputValue(), name);
}

test('a draft is approved by a second person, and by nobody else', async (t) => {
  await eventually('the figures about rules are there', () => metric('cardwatch_rule_alerts', { days: '7' }));
  const rules = await visit(t, '/rules');
  await rules.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
  await rules.getByRole('row', { name: /Large out-of-town use/ }).first().waitFor();
  await rules.getByRole('row', { name: /Burst of online charges online_burst demo\.draft\.1/ }).waitFor();
  const draft = rules.getByRole('row', { name: /^demo\.draft\.1/ });
  await draft.getByText('In shadow', { exact: true }).waitFor();

  await actAs(rules, 'Zhang.Min');
  await draft.getByRole('button', { name: 'Approve' }).click();
  await rules.getByRole('alert').getByText('a second person has to').waitFor();
  await draft.getByText('In shadow', { exact: true }).waitFor();

  await actAs(rules, 'li.wei');
  await draft.getByPlaceholder('Note').fill('compared for a week');
  await draft.getByRole('button', { name: 'Approve' }).click();
  await draft.getByText('Approved', { exact: true }).waitFor();
  await draft.locator('summary').click();
  await draft.getByText('compared for a week').waitFor();
  await draft.getByRole('button', { name: 'Go live' }).waitFor();
});

test('a rule is stopped and speaks again', async (t) => {
  const rules = await visit(t, '/rules');
  const rule = rules.getByRole('row', { name: /Repayment stress repayment_stress version/ });
  await rule.getByPlaceholder('Note').fill('too many');
  await rule.getByRole('button', { name: 'Stop' }).click();
  await rule.getByText('Stopped · analyst-1').waitFor();
  await rule.getByText('too many').waitFor();
  await eventually('the monitor has stopped it', () => metric('cardwatch_rule_stopped', { rule: 'repayment_stress' }));
  await rule.getByRole('button', { name: 'Resume' }).click();
  await rule.getByRole('button', { name: 'Stop' }).waitFor();
});
