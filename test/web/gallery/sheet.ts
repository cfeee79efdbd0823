/** All pictures on one page, a scene in each row and a look in each column, to be looked at side by side. */
export interface Picture {
  scene: string;
  /** Such as `en desktop light`. */
  look: string;
  /** Beside the page. */
  file: string;
}

export function sheetOf(pictures: readonly Picture[]): string {
  const looks = [...new Set(pictures.map(({ look }) => look))];
  const scenes = [...new Set(pictures.map(({ scene }) => scene))];
  const cell = (scene: string, look: string) => {
    const picture = pictures.find((one) => one.scene === scene && one.look === look);
    return picture
      ? `<td><a href="${picture.file}"><img src="${picture.file}" alt="${scene}, ${look}" loading="lazy"></a></td>`
      : '<td></td>';
  };
  const rows = scenes.map(
    (scene) => `<tr><th id="${scene}">${scene}</th>${looks.map((look) => cell(scene, look)).join('')}</tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Roundtable, every page and state</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 24px; background: #8a8f98; }
  th { text-align: left; vertical-align: top; padding: 8px; position: sticky; left: 0; background: #8a8f98; }
  td { vertical-align: top; padding: 4px; }
  img { display: block; height: 360px; }
</style>
<table>
<tr><th></th>${looks.map((look) => `<th>${look}</th>`).join('')}</tr>
${rows.join('\n')}
</table>
`;
}
