#include "inside.h"

#include <string.h>

/* How long each command is and who runs it. A command is gathered byte by byte and run when it is whole. */

enum { DLE = 0x10, ESC = 0x1B, FS = 0x1C, GS = 0x1D };

/* The whole length, counted from the prefix; 0 while the bytes so far do not tell. */
typedef size_t size_fn(const uint8_t *at, size_t n);

struct command {
    uint8_t prefix;      /* 0: a single byte */
    const char *letters; /* all that share the rest of this row */
    uint8_t length;      /* 0: ask `size` */
    size_fn *size;
    run_fn *run; /* NULL: consumed and without effect here */
};

static size_t n16(const uint8_t *at)
{
    return at[0] | (size_t)at[1] << 8;
}

static size_t size_dle_eot(const uint8_t *at, size_t n)
{
    return n < 3 ? 0 : at[2] == 7 || at[2] == 8 || at[2] == 18 ? 4 : 3;
}

static size_t size_dle_dc4(const uint8_t *at, size_t n)
{
    static const uint8_t lengths[] = { 3, 5, 5, 8, 3, 3, 3, 4, 10 };
    return n < 3 ? 0 : at[2] < sizeof lengths ? lengths[at[2]] : 3;
}

static size_t size_family(const uint8_t *at, size_t n)
{
    return n < 5 ? 0 : 5 + n16(at + 3);
}

static size_t size_family_large(const uint8_t *at, size_t n)
{
    return n < 7 ? 0 : 7 + (n16(at + 3) | n16(at + 5) << 16);
}

static size_t size_tabs(const uint8_t *at, size_t n)
{
    bool is_over = n > 2 && (at[n - 1] == 0 || n == 3 + TABS_MOST || (n > 3 && at[n - 1] <= at[n - 2]));
    return is_over ? n : 0;
}

static size_t size_bit_image(const uint8_t *at, size_t n)
{
    if (n < 5) {
        return 0;
    }
    size_t bytes_high = at[2] <= 1 ? 1 : at[2] == 32 || at[2] == 33 ? 3 : 0;
    return 5 + bytes_high * n16(at + 3);
}

static size_t size_user(const uint8_t *at, size_t n)
{
    if (n < 5) {
        return 0;
    }
    bool is_range = at[3] >= USER_FIRST && at[3] <= at[4] && at[4] <= USER_LAST && at[2] >= 1 && at[2] <= 3;
    size_t end = 5;
    for (unsigned code = at[3]; is_range && code <= at[4]; code++) {
        if (end >= n) {
            return 0;
        }
        end += 1 + (size_t)at[2] * at[end];
    }
    return end;
}

static size_t size_chinese_qr(const uint8_t *at, size_t n)
{
    return n < 7 ? 0 : 7 + n16(at + 5);
}

static size_t size_download(const uint8_t *at, size_t n)
{
    return n < 4 ? 0 : 4 + (size_t)at[2] * at[3] * 8;
}

static size_t size_counter(const uint8_t *at, size_t n)
{
    if (n < 3) {
        return 0;
    }
    if (at[2] != ';') {
        return (at[2] & 0x0F) == 1 ? 9 : 5;
    }
    unsigned ends = 0;
    for (size_t i = 3; i < n; i++) {
        ends += at[i] == ';';
    }
    return ends == 5 || n >= 40 ? n : 0;
}

/* GS D: a BMP file, whose own header tells its size. */
static size_t size_bmp(const uint8_t *at, size_t n)
{
    return n < 15 ? 0 : 9 + (n16(at + 11) | n16(at + 13) << 16);
}

static size_t size_variable(const uint8_t *at, size_t n)
{
    return n < 8 ? 0 : 8 + n16(at + 4) * n16(at + 6);
}

static size_t size_raster(const uint8_t *at, size_t n)
{
    return n < 3 ? 0 : at[2] != '0' ? 3 : size_variable(at, n);
}

static size_t size_cut(const uint8_t *at, size_t n)
{
    static const uint8_t feeding[] = { 65, 66, 97, 98, 103, 104, 0 };
    return n < 3 ? 0 : at[2] != 0 && strchr((const char *)feeding, at[2]) != NULL ? 4 : 3;
}

static size_t size_bars(const uint8_t *at, size_t n)
{
    if (n < 4) {
        return n == 3 && (at[2] > 79 || (at[2] > 6 && at[2] < 65)) ? 3 : 0;
    }
    if (at[2] >= 65) {
        return 4 + (size_t)at[3];
    }
    return at[n - 1] == 0 || n == 4 + 255 ? n : 0;
}

static size_t size_cheque(const uint8_t *at, size_t n)
{
    return n < 3 ? 0 : (at[2] & 0x0F) == 0 ? 4 : 3;
}

static size_t size_user_memory(const uint8_t *at, size_t n)
{
    return n < 10 ? 0 : 10 + ((at[2] & 0x0F) == 1 ? n16(at + 8) : 0);
}

static size_t size_logos(const uint8_t *at, size_t n)
{
    if (n < 3) {
        return 0;
    }
    size_t end = 3;
    for (unsigned i = 0; i < at[2]; i++) {
        if (end + 4 > n) {
            return 0;
        }
        end += 4 + n16(at + end) * n16(at + end + 2) * 8;
    }
    return end;
}

static void run_family(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    static const struct {
        uint8_t prefix;
        char letter;
        run_fn *run;
    } families[] = {
        { GS, 'L', run_stored_picture }, { GS, 'k', run_square_code }, { GS, 'H', run_ask_done }, { FS, 'C', run_two_byte_code }
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (families[i].prefix == at[0] && families[i].letter == (char)at[2]) {
            families[i].run(p, at, n);
            return;
        }
    }
    p->counts.unknown_commands++;
}

static const struct command table[] = {
    { 0, "\t", 1, NULL, run_tab },
    { 0, "\n", 1, NULL, run_line_feed },
    { 0, "\f", 1, NULL, run_form_feed },
    { 0, "\x18", 1, NULL, run_cancel },

    { DLE, "\x04", 0, size_dle_eot, NULL }, /* acted on when they were received */
    { DLE, "\x05", 3, NULL, NULL },
    { DLE, "\x14", 0, size_dle_dc4, NULL },

    { ESC, "@", 2, NULL, run_init },
    { ESC, "!EGM-", 3, NULL, run_style },
    { ESC, " ", 3, NULL, run_spacing },
    { ESC, "2", 2, NULL, run_line_pitch },
    { ESC, "3", 3, NULL, run_line_pitch },
    { ESC, "JdKe", 3, NULL, run_feed },
    { ESC, "a", 3, NULL, run_align },
    { ESC, "{", 3, NULL, run_upside_down },
    { ESC, "V", 3, NULL, run_turn },
    { ESC, "tR", 3, NULL, run_code_page },
    { ESC, "=", 3, NULL, run_select },
    { ESC, "%", 3, NULL, run_user_set },
    { ESC, "?", 3, NULL, run_user_cancel },
    { ESC, "&", 0, size_user, run_user_define },
    { ESC, "D", 0, size_tabs, run_tabs },
    { ESC, "$\\", 4, NULL, run_position },
    { ESC, "*", 0, size_bit_image, run_column_picture },
    { ESC, "im", 2, NULL, run_old_cut },
    { ESC, "p", 5, NULL, run_pulse },
    { ESC, "L", 2, NULL, run_page_open },
    { ESC, "S", 2, NULL, run_page_close },
    { ESC, "\f", 2, NULL, run_page_print },
    { ESC, "W", 10, NULL, run_page_area },
    { ESC, "T", 3, NULL, run_page_direction },
    { ESC, "v", 2, NULL, run_ask_paper },
    { ESC, "u", 3, NULL, run_ask_drawer },
    { ESC, "CFUr", 3, NULL, NULL },
    { ESC, "<q45", 2, NULL, NULL },
    { ESC, "fcB", 4, NULL, NULL },
    { ESC, "(", 0, size_family, NULL },
    { ESC, "Z", 0, size_chinese_qr, NULL },

    { GS, "!", 3, NULL, run_size },
    { GS, "B", 3, NULL, run_reverse },
    { GS, "hwHf", 3, NULL, run_bar_setting },
    { GS, "LW", 4, NULL, run_margins },
    { GS, "P", 4, NULL, run_units },
    { GS, "$\\", 4, NULL, run_page_y },
    { GS, "I", 3, NULL, run_ask_identity },
    { GS, "a", 3, NULL, run_automatic_status },
    { GS, "r", 3, NULL, run_ask_status },
    { GS, "V", 0, size_cut, run_cut },
    { GS, "k", 0, size_bars, run_bars },
    { GS, "v", 0, size_raster, run_row_picture },
    { GS, "*", 0, size_download, run_download },
    { GS, "/", 3, NULL, run_download_print },
    { GS, "(", 0, size_family, run_family },
    { GS, "8", 0, size_family_large, run_stored_picture },
    { GS, "Q", 0, size_variable, NULL },
    { GS, "C", 0, size_counter, NULL },
    { GS, "D", 0, size_bmp, NULL },
    { GS, "ETbjnxZ", 3, NULL, NULL },
    { GS, ":,c", 2, NULL, NULL },
    { GS, "^z", 5, NULL, NULL },
    { GS, "g", 6, NULL, NULL },
    { GS, "\xF9", 4, NULL, NULL },

    { FS, "&.", 2, NULL, run_two_byte },
    { FS, "C!-W", 3, NULL, run_two_byte_code },
    { FS, "S", 4, NULL, run_two_byte_code },
    { FS, "(", 0, size_family, run_family },
    { FS, "q", 0, size_logos, run_logo_define },
    { FS, "p", 4, NULL, run_logo_print },
    { FS, "Lbc", 2, NULL, NULL },
    { FS, "?", 4, NULL, NULL },
    { FS, "2", 76, NULL, NULL },
    { FS, "a", 0, size_cheque, NULL },
    { FS, "g", 0, size_user_memory, NULL },
};

static const struct command *row_of(uint8_t prefix, uint8_t letter)
{
    for (size_t i = 0; i < sizeof table / sizeof *table && letter != 0; i++) {
        if (table[i].prefix == prefix && strchr(table[i].letters, letter) != NULL) {
            return &table[i];
        }
    }
    return NULL;
}

void commands_forget(struct firmware_printer *p)
{
    buf_drop(&p->command, p->command.n);
    p->row = NULL;
    p->swallow = 0;
}

/* A letter of several bytes may break off: what came instead begins anew. */
static void run_text(struct firmware_printer *p)
{
    size_t n = p->command.n, length = text_length(p, p->command.at, n);
    if (n < length) {
        return;
    }
    uint8_t all[8] = { 0 };
    memcpy(all, p->command.at, n);
    commands_forget(p);
    text_run(p, all, length);
    for (size_t i = length; i < n; i++) {
        commands_byte(p, all[i]);
    }
}

static bool is_prefix(uint8_t byte)
{
    return byte == ESC || byte == GS || byte == FS || byte == DLE;
}

static void run_row(struct firmware_printer *p)
{
    size_t n = p->command.n, length = p->row->length != 0 ? p->row->length : p->row->size(p->command.at, n);
    if (length > COMMAND_BYTES_MOST) {
        commands_forget(p);
        p->counts.unknown_commands++;
        p->swallow = length - n;
        return;
    }
    if (length == 0 || n < length) {
        return;
    }
    if (p->row->run != NULL) {
        p->row->run(p, p->command.at, n);
    }
    commands_forget(p);
}

static void step(struct firmware_printer *p)
{
    uint8_t first = p->command.at[0];
    if (first >= 0x20) {
        run_text(p);
        return;
    }
    if (p->row == NULL) {
        if (is_prefix(first) && p->command.n == 1) {
            return;
        }
        p->row = is_prefix(first) ? row_of(first, p->command.at[1]) : row_of(0, first);
    }
    if (p->row != NULL) {
        run_row(p);
        return;
    }
    p->counts.unknown_commands += is_prefix(first); /* other control bytes mean nothing to a printer */
    commands_forget(p);
}

/* Deselected, the printer waits for ESC = with its own bit and lets all else pass. */
static void listen_for_select(struct firmware_printer *p, uint8_t byte)
{
    size_t n = byte == ESC ? 0 : p->command.n;
    buf_drop(&p->command, p->command.n - n);
    bool goes_on = n == 0 ? byte == ESC : n == 1 ? byte == '=' : false;
    if (n == 2) {
        p->is_deaf = (byte & 1) == 0;
    }
    if (!goes_on || buf_add_byte(&p->command, byte) != OK) {
        commands_forget(p);
    }
}

void commands_byte(struct firmware_printer *p, uint8_t byte)
{
    if (p->swallow > 0) {
        p->swallow--;
        return;
    }
    if (p->is_deaf) {
        listen_for_select(p, byte);
        return;
    }
    if (buf_add_byte(&p->command, byte) != OK) {
        commands_forget(p);
        p->counts.unknown_commands++;
        return;
    }
    step(p);
}
