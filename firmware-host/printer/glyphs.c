#include "glyphs.h"

#include "base/mem.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include <string.h>
#include FT_FREETYPE_H

enum { SLOTS = 4096, FALLBACKS = 15 };

/* Pixels per em, chosen so that the advance of a face of 0.6 em fills the cell. */
static const struct cell_shape {
    struct cell_size size;
    unsigned em_x, em_y;
} shapes[] = {
    [CELL_A] = { { 12, 24, 20 }, 20, 21 },
    [CELL_B] = { { 9, 17, 13 }, 15, 15 },
    [CELL_WIDE] = { { 24, 24, 20 }, 23, 23 },
};

/* Only these folders, and no one's own settings: the same paper on every machine that has the same fonts. */
static const char FONTS_CONF[] = "<?xml version=\"1.0\"?><fontconfig><dir>/usr/share/fonts</dir>"
                                 "<dir>/usr/local/share/fonts</dir><cachedir>/var/cache/fontconfig</cachedir></fontconfig>";

struct slot {
    uint32_t key; /* character, and cell + 1 in the highest byte; 0 is free */
    struct glyph glyph;
};

struct glyphs {
    FcConfig *fonts;
    FT_Library library;
    FT_Face faces[1 + FALLBACKS];
    size_t face_count;
    struct slot *slots;
    size_t used;
};

struct cell_size glyph_cell(enum cell cell)
{
    return shapes[cell].size;
}

/* The file of the best installed face of a fixed width, or of any that has `character`; the caller frees it with mem_free. */
static char *face_file(FcConfig *fonts, uint32_t character)
{
    FcPattern *wanted = FcNameParse((const FcChar8 *)(character == 0 ? "DejaVu Sans Mono:mono:scalable=true" : ":scalable=true"));
    FcCharSet *letters = FcCharSetCreate();
    if (character != 0) {
        FcCharSetAddChar(letters, character);
        FcPatternAddCharSet(wanted, FC_CHARSET, letters);
    }
    FcConfigSubstitute(fonts, wanted, FcMatchPattern);
    FcDefaultSubstitute(wanted);
    FcResult result = FcResultNoMatch;
    FcPattern *best = FcFontMatch(fonts, wanted, &result);
    FcChar8 *path = NULL;
    char *kept = NULL;
    if (best != NULL && FcPatternGetString(best, FC_FILE, 0, &path) == FcResultMatch) {
        kept = mem_text((const char *)path);
    }
    if (best != NULL) {
        FcPatternDestroy(best);
    }
    FcCharSetDestroy(letters);
    FcPatternDestroy(wanted);
    return kept;
}

static bool add_face(struct glyphs *g, uint32_t character)
{
    char *path = g->face_count < 1 + FALLBACKS ? face_file(g->fonts, character) : NULL;
    if (path == NULL) {
        return false;
    }
    FT_Error failed = FT_New_Face(g->library, path, 0, &g->faces[g->face_count]);
    mem_free(path);
    if (failed != 0) {
        return false;
    }
    if (character != 0 && FT_Get_Char_Index(g->faces[g->face_count], character) == 0) {
        FT_Done_Face(g->faces[g->face_count]);
        return false;
    }
    g->face_count++;
    return true;
}

struct glyphs *glyphs_new(void)
{
    struct glyphs *g = mem_new(sizeof *g);
    if (FT_Init_FreeType(&g->library) != 0) {
        mem_free(g);
        return NULL;
    }
    g->slots = mem_array(SLOTS, sizeof *g->slots);
    g->fonts = FcConfigCreate();
    bool has_fonts =
        FcConfigParseAndLoadFromMemory(g->fonts, (const FcChar8 *)FONTS_CONF, FcTrue) && FcConfigBuildFonts(g->fonts);
    if (!has_fonts || !add_face(g, 0) || !FT_IS_FIXED_WIDTH(g->faces[0])) {
        glyphs_free(g);
        return NULL;
    }
    return g;
}

void glyphs_free(struct glyphs *g)
{
    if (g == NULL) {
        return;
    }
    for (size_t i = 0; i < g->face_count; i++) {
        FT_Done_Face(g->faces[i]);
    }
    FT_Done_FreeType(g->library);
    FcConfigDestroy(g->fonts);
    mem_free(g->slots);
    mem_free(g);
}

static FT_Face face_with(struct glyphs *g, uint32_t character)
{
    for (size_t i = 0; i < g->face_count; i++) {
        if (FT_Get_Char_Index(g->faces[i], character) != 0) {
            return g->faces[i];
        }
    }
    return add_face(g, character) ? g->faces[g->face_count - 1] : NULL;
}

static void draw_missing(struct glyph *into)
{
    unsigned right = into->width - 2, bottom = into->height - 5;
    for (unsigned y = 3; y <= bottom; y++) {
        bool is_edge = y == 3 || y == bottom;
        for (unsigned x = 1; x <= right; x++) {
            into->rows[y] |= is_edge || x == 1 || x == right ? 0x80000000u >> x : 0;
        }
    }
}

static bool is_ink(const FT_Bitmap *b, unsigned x, unsigned y)
{
    return (b->buffer[(size_t)y * (unsigned)b->pitch + x / 8] & (0x80u >> (x & 7))) != 0;
}

/* Centred in its cell: the advance of a proportional fallback face is not ours. */
static void draw_outline(struct glyph *into, FT_Face face, uint32_t character, const struct cell_shape *shape)
{
    FT_Set_Pixel_Sizes(face, shape->em_x, shape->em_y);
    if (FT_Load_Char(face, character, FT_LOAD_RENDER | FT_LOAD_TARGET_MONO) != 0 ||
        face->glyph->bitmap.pixel_mode != FT_PIXEL_MODE_MONO) {
        draw_missing(into);
        return;
    }
    const FT_Bitmap *b = &face->glyph->bitmap;
    int advance = (int)(face->glyph->advance.x >> 6);
    int left = face->glyph->bitmap_left + ((int)into->width - advance) / 2;
    int top = (int)shape->size.baseline - face->glyph->bitmap_top;
    if (top < 0 || (int)b->rows > (int)into->height) {
        top = 0;
    } else if (top + (int)b->rows > (int)into->height) {
        top = (int)into->height - (int)b->rows;
    }
    for (unsigned y = 0; y < b->rows && top + (int)y < (int)into->height; y++) {
        for (unsigned x = 0; x < b->width; x++) {
            int column = left + (int)x;
            bool is_dot = column >= 0 && column < (int)into->width && is_ink(b, x, y);
            into->rows[top + (int)y] |= is_dot ? 0x80000000u >> column : 0;
        }
    }
}

static void draw(struct glyphs *g, struct glyph *into, enum cell cell, uint32_t character)
{
    const struct cell_shape *shape = &shapes[cell];
    into->width = shape->size.width;
    into->height = shape->size.height;
    if (character == ' ' || character == 0xA0 || character == 0x3000 || glyph_draw_box(into, character)) {
        return;
    }
    FT_Face face = character != 0 ? face_with(g, character) : NULL;
    if (face == NULL) {
        draw_missing(into);
        return;
    }
    draw_outline(into, face, character, shape);
}

const struct glyph *glyphs_get(struct glyphs *g, enum cell cell, uint32_t character)
{
    uint32_t key = (character & 0xFFFFFF) | ((uint32_t)cell + 1) << 24;
    if (g->used > SLOTS / 2) {
        memset(g->slots, 0, SLOTS * sizeof *g->slots);
        g->used = 0;
    }
    size_t at = (key * 2654435761u) % SLOTS;
    while (g->slots[at].key != 0 && g->slots[at].key != key) {
        at = (at + 1) % SLOTS;
    }
    if (g->slots[at].key == 0) {
        g->slots[at].key = key;
        g->used++;
        draw(g, &g->slots[at].glyph, cell, character);
    }
    return &g->slots[at].glyph;
}
