/** The versions of a diagram. */
import { words } from '../../words.ts';

export const history = words({
  en: {
    noVersions: 'No versions yet',
    noVersionsText:
      'Versions are kept by themselves while somebody edits. You can also keep the present one under a name.',
    versionsFailed: 'The history could not be read.',
    nameThis: 'Keep the present one',
    versionName: 'Name of the version',
    keep: 'Keep',
    keptAutomatically: 'Kept by itself',
    keptBy: 'By {{name}}',
    olderVersions: 'Older versions',
    previewing: 'How it was: {{version}}',
    previewFailed: 'This version could not be read.',
    backToNow: 'Back to now',
    restore: 'Restore',
    restoreTitle: 'Restore this version?',
    restoreText:
      'The diagram becomes what it was then ({{version}}), for everybody. What is there now is kept in the history first.',
    beforeRestoring: 'Before restoring',
    restored: 'Restored: {{version}}.',
    othersRestored: '{{name}} restored an earlier version. What was there before is kept in the history.',
    notRestored: 'It could not be restored. Nothing has changed.',
  },
  pl: {
    noVersions: 'Nie ma jeszcze wersji',
    noVersionsText: 'Wersje zachowują się same, gdy ktoś edytuje. Obecną możesz też zachować pod nazwą.',
    versionsFailed: 'Nie udało się odczytać historii.',
    nameThis: 'Zachowaj obecną',
    versionName: 'Nazwa wersji',
    keep: 'Zachowaj',
    keptAutomatically: 'Zachowana sama',
    keptBy: 'Przez: {{name}}',
    olderVersions: 'Starsze wersje',
    previewing: 'Tak było: {{version}}',
    previewFailed: 'Nie udało się odczytać tej wersji.',
    backToNow: 'Wróć do teraz',
    restore: 'Przywróć',
    restoreTitle: 'Przywrócić tę wersję?',
    restoreText:
      'Diagram stanie się dla wszystkich taki, jaki był: {{version}}. Obecny stan zostanie najpierw zachowany w historii.',
    beforeRestoring: 'Przed przywróceniem',
    restored: 'Przywrócono: {{version}}.',
    othersRestored: 'Przywrócono wcześniejszą wersję ({{name}}). To, co było przedtem, jest zachowane w historii.',
    notRestored: 'Nie udało się przywrócić. Nic się nie zmieniło.',
  },
});
