import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

for (const [locale, words] of Object.entries({
  'en-US': { open: 'Rule, record and transactions', page: 'One page for a dispute', settings: 'Settings of the detector', why: 'Why it fired' },
  'zh-CN': { open: '规则、来源记录与交易', page: '争议处理单页', settings: '检测器参数', why: '触发原因' },
})) {
  for (const width of [1366, 390]) {
    test(`a case tells what decided, and prints a page for a dispute: ${locale}, ${width} wide`, async (t) => {
      const page = await visit(t, '/', { locale, viewport: { width, height: 800 } });
      const first = page.getByRole('rowheader').getByRole('link').first();
      await eventually('there is a case', async () => {
        await page.goto('/');
        return await first.count() > 0;
      });
      await first.click();
      await page.getByText(words.open).first().click();
      await page.getByText(words.settings).first().waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
      await shot(page, `why-${locale}-${width}`);

      await page.getByRole('link', { name: words.page }).first().click();
      // The page holds both languages, whoever asks, and leaves out how the bank decides.
      for (const heading of ['判断依据', 'What spoke for it']) await page.getByRole('heading', { name: heading }).waitFor();
      assert.equal(await page.getByText('alert_at').count(), 0);
      assert.equal(await page.evaluate(() => document.scripts.length), 0);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
      assert.match(await page.evaluate(() => getComputedStyle(document.querySelector('h1')).fontSize), /^20px$/, 'the style sheet is let through');
      await shot(page, `export-${locale}-${width}`);
    });
  }
}
