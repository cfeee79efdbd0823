/** Every page and state, in the order of the sheet; and those that README shows. */
import type { Scene } from './scene.ts';
import { drawing } from './scenes/drawing.ts';
import { pages } from './scenes/pages.ts';
import { panels } from './scenes/panels.ts';
import { presenting } from './scenes/presenting.ts';
import { places } from './scenes/places.ts';
import { trouble } from './scenes/trouble.ts';
import type { Look } from './studio.ts';

export const scenes: readonly Scene[] = [...pages, ...drawing, ...presenting, ...panels, ...trouble, ...places];

interface ReadmePicture extends Omit<Look, 'scale'> {
  scene: Scene;
  theme: 'light' | 'dark';
}

const sceneCalled = (name: string) => scenes.find((scene) => scene.name === name)!;

export const forReadme: readonly ReadmePicture[] = [
  { scene: sceneCalled('together'), language: 'en', device: 'desktop', theme: 'light' },
  { scene: sceneCalled('following'), language: 'en', device: 'desktop', theme: 'dark' },
  { scene: sceneCalled('history-preview'), language: 'pl', device: 'desktop', theme: 'light' },
  { scene: sceneCalled('chat'), language: 'en', device: 'phone', theme: 'light' },
  { scene: sceneCalled('home'), language: 'en', device: 'desktop', theme: 'light' },
];
