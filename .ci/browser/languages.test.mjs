import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

test('the language follows the browser until the reader chooses', async (t) => {
  const board = await visit(t, '/', { locale: 'zh-CN' });
  const html = board.locator('html');
  await board.getByRole('heading', { name: '待处理案件' }).waitFor();
  assert.equal(await html.getAttribute('lang'), 'zh-CN');

  await board.getByRole('button', { name: 'English' }).click();
  await board.getByRole('heading', { name: 'Open cases' }).waitFor();
  assert.equal(await html.getAttribute('lang'), 'en');
  await board.getByRole('link', { name: 'Collections' }).click();
  await board.getByRole('heading', { name: 'Collections' }).waitFor();

  await board.getByRole('button', { name: '中文' }).click();
  await board.getByRole('heading', { name: '催收队列' }).waitFor();
  assert.equal(await html.getAttribute('lang'), 'zh-CN');
});

const headings = {
  'en-US': { '/': 'Open cases', '/?line=closed': 'Closed cases', '/queue': 'Collections', '/rules': 'Rules', '/phone': 'Sandbox phone' },
  'zh-CN': { '/': '待处理案件', '/?line=closed': '已结案件', '/queue': '催收队列', '/rules': '规则', '/phone': '演示手机' },
};

// brightness of the page's ground, from 0 to 255.
const brightness = (page) => page.evaluate(() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)));
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// crowd gives each row of a list every mark and the longest name a colleague can have: which of them the demo shows at a time is
// chance, and a page has to fit with all of them.
const crowd = (page) => page.evaluate(() => {
  for (const cell of document.querySelectorAll('.rows tbody td:has(.state, .tag)')) {
    const add = (kind, text) => {
      const mark = document.createElement('span');
      mark.className = kind;
      mark.textContent = text;
      cell.append(' ', mark);
    };
    add('name', 'a'.repeat(64));
    for (const text of ['customer said no', 'answers contradict', 'second line', 'snoozed in 23 hours', 'unblock asked for', 'block requested']) add('tag warn', text);
  }
});

for (const locale of ['en-US', 'zh-CN']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1366, 390]) {
      test(`every page fits: ${locale}, ${colorScheme}, ${width} wide`, async (t) => {
        const page = await visit(t, '/', { locale, colorScheme, viewport: { width, height: 800 } });
        const look = async (name) => {
          assert.equal(await overflow(page), 0, `${name} is wider than the window`);
          await shot(page, `${name}-${locale}-${colorScheme}-${width}`);
        };
        for (const [path, name] of Object.entries(headings[locale])) {
          const file = path.replace(/[^a-z]|line/g, '') || 'board';
          await page.goto(path);
          await page.getByRole('heading', { name, level: 1 }).waitFor();
          await look(file);
          await crowd(page);
          await look(`${file}-crowded`);
        }
        assert.equal(await brightness(page) > 127, colorScheme === 'light');
        const first = page.getByRole('rowheader').getByRole('link').first();
        await eventually('there is a case', async () => {
          await page.goto('/');
          return await first.count() > 0;
        });
        await first.click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await look('case');
      });
    }
  }
}
