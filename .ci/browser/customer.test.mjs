import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

// openPrompt leafs through the sandbox phone until a customer has an app prompt that is still open, and returns its answer page.
function openPrompt(phone) {
  return eventually('an app prompt is open', async () => {
    await phone.goto('/phone');
    const customers = phone.getByRole('navigation', { name: 'Customers' }).getByRole('link');
    for (const path of await customers.evaluateAll((links) => links.map((link) => link.getAttribute('href')))) {
      await phone.goto(path);
      const links = phone.getByRole('link', { name: 'Open the answer page' });
      if (await links.count() > 0) return links.last().getAttribute('href');
    }
  });
}

test('a customer says "not me" on a page without scripts, and the card is protected', async (t) => {
  const phone = await visit(t, '/phone');
  // The demo's own customers answer too, and may be quicker than the browser: then the next prompt is taken.
  const [answer, chinese] = await eventually('a prompt waits for its customer', async () => {
    const link = await openPrompt(phone);
    await shot(phone, 'phone-prompt');
    const page = await visit(t, link, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
    // The page speaks the customer's language, not the staff's.
    const chinese = await page.locator('html').getAttribute('lang') === 'zh-CN';
    const asks = page.getByRole('heading', { name: chinese ? '这笔交易是您本人操作的吗？' : 'Did you make this transaction?' });
    if (await asks.count() > 0) return [page, chinese];
  });
  const card = (await answer.getByText(/^••\S{4}$/).textContent()).slice(-4);
  await shot(answer, 'customer-ask');
  await answer.getByRole('button', { name: chinese ? '不是我，请保护我的卡' : 'No, it was not me' }).click();
  await answer.getByRole('heading', {
    name: chinese ? '已收到，您的卡片正在受到保护。' : 'Received. We are protecting your card.',
  }).waitFor();
  await answer.getByText(card).waitFor();
  await shot(answer, 'customer-no');

  const board = await visit(t, '/');
  const row = board.getByRole('row').filter({ hasText: `••${card}` }).filter({ hasText: 'Urgent' });
  await row.getByText('Block requested').first().waitFor();
  await row.getByRole('link').first().click();
  const history = board.getByRole('region', { name: 'History' });
  await history.getByText('Customer said no').first().waitFor();
  await history.getByText('Block requested').first().waitFor();
  const contact = board.getByRole('region', { name: 'Customer contact' });
  assert.ok(await contact.getByRole('listitem').count() > 0, 'the prompt stands with the case');
});
