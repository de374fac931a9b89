import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

// openSevere opens a severely overdue account of the list. One that is paid in this moment has left the queue.
async function openSevere(desk, pick) {
  const accounts = desk.locator('table.queue th a');
  await eventually('an account is severely overdue', async () => {
    await desk.goto('/queue?tier=severe_b');
    if (await accounts.count() === 0) return false;
    await desk.goto(await pick(accounts).getAttribute('href'));
    return await desk.getByRole('region', { name: /^Contact now/ }).count() > 0;
  });
}

test('a collector sees whether a call is allowed, reckons a plan, and collecting stops when it is signed', async (t) => {
  const desk = await visit(t, '/queue?tier=severe_b');
  await openSevere(desk, (accounts) => accounts.first());
  const contact = desk.getByRole('region', { name: /^Contact now/ });
  const call = contact.getByRole('row').filter({ has: desk.getByRole('rowheader', { name: 'Call', exact: true }) });
  await call.getByText(/Allowed|Contact from/).first().waitFor();

  const plan = desk.getByRole('region', { name: 'Repayment plan' });
  await plan.getByRole('textbox', { name: 'Income' }).fill('30000');
  await plan.getByRole('textbox', { name: 'Living costs' }).fill('2500');
  await plan.getByRole('button', { name: 'Reckon plans' }).click();
  await plan.getByRole('columnheader', { name: 'Cost a year' }).waitFor();
  await shot(desk, 'account');
  await plan.getByRole('button', { name: 'Offer a plan' }).first().click();
  await plan.getByRole('link', { name: 'Agreement to print' }).waitFor();

  await plan.getByRole('button', { name: 'Sign the plan' }).click();
  await desk.getByRole('alert').getByText('Art. 70').waitFor();

  const free = /\b0\.00\s?%/.test(await plan.innerText());
  for (const agreed of ['The debt exceeds what they can pay', 'They want to pay it', 'No new credit card anywhere until it is paid']) {
    await plan.getByRole('checkbox', { name: agreed }).check();
  }
  await plan.getByRole('radio', { name: free ? 'No' : 'Yes', exact: true }).check();
  await plan.getByLabel('Text of rights and duties').fill('terms-3');
  await plan.getByLabel('Text of what follows a breach').fill('terms-3');
  await plan.getByLabel(/^Other matters/).fill('none');
  await plan.getByRole('radio', { name: 'Oral (recorded)' }).check();
  await plan.getByLabel(/^Recording/).fill('rec-2026-0042');
  await plan.getByRole('button', { name: 'Sign the plan' }).click();
  await desk.getByText('Plan running').waitFor();
  await call.getByText('CN-ART70-STOP').waitFor();

  await plan.getByRole('link', { name: 'Agreement to print' }).click();
  await desk.getByText('rec-2026-0042').waitFor();
  await shot(desk, 'agreement');
});

test('a collector writes down what a customer asks of contact, and lifts it', async (t) => {
  const desk = await visit(t, '/queue?tier=severe_b');
  await openSevere(desk, (accounts) => accounts.last());
  const asked = desk.getByRole('region', { name: 'Asked of contact' });
  const form = asked.getByRole('form', { name: 'Restrict contact' });
  await form.getByLabel('What is asked').selectOption('Channel stopped');
  await form.getByLabel('Channel, if one is stopped').selectOption('Letter');
  await form.getByLabel('Note').fill('no letters to the shop');
  await form.getByRole('button', { name: 'Restrict contact' }).click();
  await asked.getByText('no letters to the shop').waitFor();
  const letter = desk.getByRole('row').filter({ has: desk.getByRole('rowheader', { name: 'Letter', exact: true }) });
  await letter.getByText('OWN-MEDIUM').waitFor();
  await shot(desk, 'restrictions');

  const lift = asked.locator('form').filter({ has: desk.getByRole('button', { name: 'Lift a restriction' }) });
  await lift.getByLabel('Note').fill('letters are welcome again');
  await lift.getByRole('button', { name: 'Lift a restriction' }).click();
  await asked.getByText('no letters to the shop').waitFor({ state: 'detached' });
});

test('figures show what they mean, and leave as a table', async (t) => {
  const figures = await visit(t, '/figures');
  await eventually('the past has been read', async () => {
    await figures.goto('/figures');
    return await figures.getByRole('row', { name: /^Overdue rate \(above 30 days\)/ }).count() > 0;
  });
  await figures.getByText('all receivables').first().waitFor();
  await shot(figures, 'figures');
  const table = await figures.request.get('/figures.csv?by=segment');
  assert.match(await table.text(), /^\ufeffmonth,currency,by,value,figure,numerator,denominator,share\r\n/);
});

test('an experiment tells how either arm is treated, and staff stop it for a reason', async (t) => {
  const arms = await visit(t, '/figures?by=arm', { viewport: { width: 390, height: 800 } });
  await arms.getByRole('heading', { name: 'risk-alone Running' }).waitFor();
  await arms.getByText('Standard line ordered by risk alone').waitFor();
  await arms.getByRole('row', { name: /^Complaints Complaints about collecting/ }).waitFor();
  assert.equal(await arms.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, 'the page is wider than a phone');
  await shot(arms, 'experiment');
  await arms.getByRole('textbox', { name: 'Why it stops' }).fill('branches are called');
  await arms.getByRole('button', { name: 'Stop for good' }).click();
  await arms.getByRole('heading', { name: 'risk-alone Stopped' }).waitFor();
  await arms.getByText('branches are called').waitFor();
  assert.equal(await arms.getByRole('button', { name: 'Stop for good' }).count(), 0);
  await shot(arms, 'experiment-stopped');
});

test('anybody can reckon what an instalment costs a year, without a script', async (t) => {
  const page = await visit(t, '/calculator', { javaScriptEnabled: false });
  await page.getByRole('textbox', { name: 'Principal' }).fill('12000');
  await page.getByRole('textbox', { name: 'Principal' }).press('Enter');
  await page.getByText(/%/).first().waitFor();
  await shot(page, 'calculator');
});
