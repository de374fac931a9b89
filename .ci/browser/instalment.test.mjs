import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

// tried are the accounts that a story has looked at: the next story takes others.
const tried = new Set();

// offers lays instalments before the customers of some watched accounts, since not everybody wants such messages, and returns the accounts' pages.
async function offers(desk) {
  const made = [];
  await eventually('accounts are watched that can be offered an instalment', async () => {
    await desk.goto('/queue?tier=watch');
    const paths = await desk.locator('table.queue th a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const path of paths.filter((each) => !tried.has(each))) {
      tried.add(path);
      await desk.goto(path);
      const offer = desk.getByRole('region', { name: 'Ordinary instalment' }).getByRole('button', { name: 'Offer an instalment' });
      if (await offer.count() === 0) continue; // offered by the monitor, or paid meanwhile
      await offer.click();
      if (made.push(path) === 6) break; // of whom some get no such messages
    }
    return made.length === 6;
  }, 40);
  return made;
}

test('a customer sees what an instalment costs a year, applies, consents by itself, and the bank books it', async (t) => {
  const desk = await visit(t, '/queue?tier=watch');
  const made = await offers(desk);
  const phone = await visit(t, '/phone');
  // At night messages wait until the morning, which is twenty seconds in the demo.
  const [account, link] = await eventually('an offer has reached its customer', async () => {
    for (const path of made) {
      await phone.goto(`/phone?customer=${new URLSearchParams(path.split('?')[1]).get('customer')}`);
      const open = phone.getByRole('link', { name: 'Open the offer' });
      if (await open.count() > 0) return [path, await open.last().getAttribute('href')];
    }
  }, 60);

  for (const [locale, colorScheme, first] of [['en-US', 'light', 'Cost a year'], ['zh-CN', 'dark', '年化成本']]) {
    const reckoned = await visit(t, `${account}&part_kind=bill&part_amount=1000&part_months=12`, { locale, colorScheme, viewport: { width: 390, height: 800 } });
    const costs = reckoned.getByRole('table').filter({ has: reckoned.locator('input[name=way]') });
    await costs.getByText(/%$/).first().waitFor();
    assert.ok((await costs.innerText()).indexOf(first) < (await costs.innerText()).indexOf('¥'), 'the cost a year comes first');
    assert.equal(await reckoned.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, 'the page is wider than a phone');
    await costs.scrollIntoViewIfNeeded();
    await shot(reckoned, `account-reckoned-${locale}`);
  }

  const narrow = { javaScriptEnabled: false, viewport: { width: 390, height: 800 } };
  const dark = await visit(t, `${link}?lang=zh-CN`, { ...narrow, colorScheme: 'dark' });
  await dark.getByRole('heading', { name: '需要将本期账单分期吗？' }).waitFor();
  await dark.getByRole('button', { name: '我不需要' }).waitFor();
  await shot(dark, 'offer-zh-dark');

  const page = await visit(t, `${link}?lang=en`, narrow);
  await page.getByRole('heading', { name: 'Pay this bill in instalments?' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, 'the page is wider than a phone');
  await shot(page, 'offer-en');
  await page.getByRole('link', { name: '12 months' }).click();
  assert.equal(await page.getByRole('radio', { checked: true }).count(), 0, 'nothing is chosen beforehand');
  await page.getByRole('radio').first().check();
  await shot(page, 'offer-ways-en');
  await page.getByRole('button', { name: 'Apply', exact: true }).click();

  await page.getByRole('heading', { name: 'Do you agree to this instalment?' }).waitFor();
  const agree = page.getByRole('checkbox', { name: /^I have read what it costs/ });
  assert.equal(await agree.isChecked(), false, 'consent is not ticked beforehand');
  await shot(page, 'offer-consent-en');
  await dark.goto(`${link}?lang=zh-CN`);
  await dark.getByRole('heading', { name: '您同意办理这笔分期吗？' }).waitFor();
  await shot(dark, 'offer-consent-zh-dark');
  await agree.check();
  await page.getByRole('button', { name: 'I agree' }).click();
  await page.getByRole('heading', { name: 'You have agreed. We are booking it.' }).waitFor();

  await desk.goto(account);
  const instalment = desk.getByRole('region', { name: 'Ordinary instalment' });
  await instalment.getByText('Consented, to be booked').waitFor();
  await instalment.scrollIntoViewIfNeeded();
  await shot(desk, 'account-instalment');
  await instalment.getByLabel('Number of its own contract').fill('con-2026-0042');
  await instalment.getByRole('button', { name: 'Record that it is booked' }).click();
  await instalment.getByText('con-2026-0042').waitFor();
  await page.goto(`${link}?lang=en`);
  await page.getByRole('heading', { name: 'Your bill is paid in instalments.' }).waitFor();
});

test('a customer who does not want it says so with one tap, and gets no more offers', async (t) => {
  const desk = await visit(t, '/queue?tier=watch');
  const made = await offers(desk);
  const phone = await visit(t, '/phone');
  const link = await eventually('an offer has reached its customer', async () => {
    for (const path of made) {
      await phone.goto(`/phone?customer=${new URLSearchParams(path.split('?')[1]).get('customer')}`);
      const open = phone.getByRole('link', { name: 'Open the offer' });
      if (await open.count() > 0) return open.last().getAttribute('href');
    }
  }, 60);
  const page = await visit(t, `${link}?lang=en`, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  await page.getByText('Why am I shown this?').click();
  await page.getByRole('button', { name: 'Ask a person' }).click();
  await page.getByText('One of our staff will contact you about it.').waitFor();
  await page.getByRole('button', { name: 'I do not want it' }).click();
  await page.getByRole('heading', { name: 'You do not want this instalment.' }).waitFor();
  await page.getByRole('button', { name: 'Send me no more offers' }).click();
  await page.getByText('You get no more such offers from us.').waitFor();
  await shot(page, 'offer-refused-en');
});
