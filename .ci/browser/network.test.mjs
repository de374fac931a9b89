import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser } from './visitor.mjs';

test('what would leave this machine is refused and written down', async (t) => {
  const { browser, tried, close } = await openBrowser();
  t.after(close);
  const page = await browser.newPage();
  await assert.rejects(page.goto('http://bank.example/'));
  await assert.rejects(page.goto('https://bank.example/'));
  assert.ok(tried.includes('GET http://bank.example/'));
  assert.ok(tried.includes('CONNECT bank.example:443'));
});
