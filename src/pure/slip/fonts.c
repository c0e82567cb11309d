/* The faces of the slips: one private font map for the program's life, faces by role, sizes by the height of an x. */
#include "inside.h"

#include <assert.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <string.h>

enum { FACES_OF_A_HAND = 4, REFERENCE_PIXELS = 200 };

/* In order of liking. A face that lacks a letter of the text gives way to the next; the last takes the rest of the world's
 * letters from whatever face has them. */
static const char *const faces[][FACES_OF_A_HAND] = {
    [HAND_BRUSH] = { "Kaushan Script", "Steve", "DejaVu Sans" },
    [HAND_PEN] = { "DkgHandwriting", "Steve", "Kaushan Script", "DejaVu Sans" },
    [HAND_PLAIN] = { "DejaVu Sans" },
    [HAND_CELLS] = { "DejaVu Sans Mono" },
};
static const char *const named[] = { "Kaushan Script",     "Steve", "DkgHandwriting", "DejaVu Sans", "DejaVu Sans Mono",
                                     "Droid Sans Fallback" };

extern const struct embedded_file slip_fonts_conf[];

static struct {
    FcConfig *config;
    PangoFontMap *map;
    PangoContext *context;
    const char *missing;
} fonts;

static bool has_family(const char *name)
{
    const FcFontSet *set = FcConfigGetFonts(fonts.config, FcSetSystem);
    for (int i = 0; set != NULL && i < set->nfont; i++) {
        FcChar8 *family = NULL;
        if (FcPatternGetString(set->fonts[i], FC_FAMILY, 0, &family) == FcResultMatch && strcmp((char *)family, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool load(FcConfig *config, const char *path)
{
    if (path != NULL) {
        return FcConfigParseAndLoad(config, (const FcChar8 *)path, FcTrue);
    }
    return FcConfigParseAndLoadFromMemory(config, slip_fonts_conf[0].at, FcTrue);
}

static void make_context(void)
{
    fonts.map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts.map), fonts.config);
    fonts.context = pango_font_map_create_context(fonts.map);
    pango_context_set_language(fonts.context, pango_language_from_string("en"));
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(fonts.context, options);
    cairo_font_options_destroy(options);
}

/* The first drawing of a face loads it, which takes ten times as long as every later one. */
static void warm_up(void)
{
    for (enum hand h = HAND_BRUSH; h <= HAND_CELLS; h++) {
        const struct drawing d = { .hand = h, .x_height_dots = 12, .width_dots = 384, .lines_most = 1 };
        struct slip_row row;
        if (dots_text(&d, "Thank you, 0", &row) == OK) {
            slip_row_clear(&row);
        }
    }
}

err slip_fonts_init(const char *fonts_conf_path)
{
    assert(fonts.config == NULL);
    fonts.config = FcConfigCreate();
    if (!load(fonts.config, fonts_conf_path) || !FcConfigBuildFonts(fonts.config) || !has_family("DejaVu Sans")) {
        slip_fonts_clear();
        return ERR_SYSTEM;
    }
    FcConfigSetCurrent(fonts.config); /* or Pango's own thread would load the whole system's fonts beside ours */
    for (size_t i = 0; i < sizeof named / sizeof *named && fonts.missing == NULL; i++) {
        fonts.missing = has_family(named[i]) ? NULL : named[i];
    }
    make_context();
    warm_up();
    return fonts.missing == NULL ? OK : ERR_MISSING;
}

const char *slip_fonts_missing(void)
{
    return fonts.missing;
}

void slip_fonts_clear(void)
{
    g_clear_object(&fonts.context);
    g_clear_object(&fonts.map);
    if (fonts.config != NULL) {
        FcConfigDestroy(fonts.config);
    }
    fonts.config = NULL;
    fonts.missing = NULL;
}

bool fonts_can_draw(gunichar character)
{
    const FcFontSet *set = FcConfigGetFonts(fonts.config, FcSetSystem);
    for (int i = 0; i < set->nfont; i++) {
        FcCharSet *letters = NULL;
        if (FcPatternGetCharSet(set->fonts[i], FC_CHARSET, 0, &letters) == FcResultMatch &&
            FcCharSetHasChar(letters, character)) {
            return true;
        }
    }
    return false;
}

static void set_face(PangoLayout *layout, const char *family, double pixels)
{
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family_static(d, family);
    pango_font_description_set_absolute_size(d, pixels * PANGO_SCALE);
    pango_layout_set_font_description(layout, d);
    pango_font_description_free(d);
}

/* Em sizes vary twofold between faces that look equally large; the x does not. */
static double pixels_for(const char *family, double x_height_dots)
{
    PangoLayout *layout = pango_layout_new(fonts.context);
    set_face(layout, family, REFERENCE_PIXELS);
    pango_layout_set_text(layout, "x", 1);
    PangoRectangle ink;
    pango_layout_get_extents(layout, &ink, NULL);
    g_object_unref(layout);
    double x = (double)ink.height / PANGO_SCALE;
    return x > 0 ? x_height_dots * REFERENCE_PIXELS / x : x_height_dots * 2;
}

/* Some faces have an empty glyph where a letter should be: only ink proves that it is there. */
static bool is_inked(PangoLayoutIter *iter, const char *text)
{
    PangoRectangle ink;
    pango_layout_iter_get_cluster_extents(iter, &ink, NULL);
    return ink.width > 0 || g_unichar_isspace(g_utf8_get_char(text + pango_layout_iter_get_index(iter)));
}

static bool covers(PangoLayout *layout, const char *text)
{
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_fallback_new(FALSE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    bool is_whole = pango_layout_get_unknown_glyphs_count(layout) == 0;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        is_whole = is_whole && (pango_layout_iter_get_run_readonly(iter) == NULL || is_inked(iter, text));
    } while (is_whole && pango_layout_iter_next_cluster(iter));
    pango_layout_iter_free(iter);
    pango_layout_set_attributes(layout, NULL);
    return is_whole;
}

PangoLayout *fonts_layout(enum hand hand, const char *text, double x_height_dots)
{
    assert(fonts.context != NULL);
    PangoLayout *layout = pango_layout_new(fonts.context);
    pango_layout_set_text(layout, text, -1);
    for (size_t i = 0; i < FACES_OF_A_HAND && faces[hand][i] != NULL; i++) {
        set_face(layout, faces[hand][i], pixels_for(faces[hand][i], x_height_dots));
        if (has_family(faces[hand][i]) && covers(layout, text)) {
            break;
        }
    }
    return layout;
}
