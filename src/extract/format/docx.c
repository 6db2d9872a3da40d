/*
 * Docx: WordprocessingML documents (ECMA-376-1, 11 and 17): the body, and every header, footer,
 * note and comment in a section that is named after its member. Rows are paragraphs.
 */
#include "extract/format/office.h"

int docx_read(Office *o) {
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_BODY, &at)))
        r = story_read(o, m, PART_TEXT, span_of(""));
    for (at = 0; r == 0 && (m = office_next(o, ROOT_STORY, &at));)
        r = story_read(o, m, PART_SECTION, office_stem(m->name));
    return r;
}
