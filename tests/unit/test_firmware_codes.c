#include "unit.h"

#include "base/mem.h"
#include "firmware-host/printer/paper_folder.h"
#include "firmware_desk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The codes on the paper are read by zbarimg, a reader that knows nothing of us. */

enum { TEXT_MOST = 256, SKIPPED = 77 };

struct code_case {
    const char *name, *bytes;
    size_t n;
    const char *expected; /* as zbarimg prints it */
};

#define CODE(name, bytes, expected)                                                                                              \
    {                                                                                                                            \
        name, bytes, sizeof(bytes) - 1, expected                                                                                 \
    }

static const struct code_case cases[] = {
    CODE("EAN13",
         "\x1Dk\x02"
         "400638133393\0",
         "EAN-13:4006381333931"),
    CODE("EAN13, counted",
         "\x1Dk\x43\x0D"
         "5901234123457",
         "EAN-13:5901234123457"),
    CODE("EAN8",
         "\x1Dk\x44\x07"
         "9638507",
         "EAN-8:96385074"),
    CODE("UPC-A",
         "\x1Dk\x41\x0B"
         "03600029145",
         "EAN-13:0036000291452"),
    CODE("UPC-E of six digits",
         "\x1Dk\x42\x06"
         "123456",
         "EAN-13:0012345000065"),
    CODE("UPC-E of a short UPC-A",
         "\x1Dk\x42\x0B"
         "04210000526",
         "EAN-13:0042100005264"),
    CODE("CODE39",
         "\x1Dw\x02\x1Dk\x04"
         "CODE 39-$/+%.\0",
         "CODE-39:CODE 39-$/+%."),
    CODE("CODE39, digits",
         "\x1Dw\x02\x1Dk\x45\x0C"
         "*0123456789*",
         "CODE-39:0123456789"),
    CODE("CODE39, letters",
         "\x1Dw\x02\x1Dk\x45\x0D"
         "ABCDEFGHIJKLM",
         "CODE-39:ABCDEFGHIJKLM"),
    CODE("CODE39, more letters",
         "\x1Dw\x02\x1Dk\x45\x0D"
         "NOPQRSTUVWXYZ",
         "CODE-39:NOPQRSTUVWXYZ"),
    CODE("ITF",
         "\x1Dk\x46\x0A"
         "0123456789",
         "I2/5:0123456789"),
    CODE("CODABAR",
         "\x1Dw\x02\x1Dk\x47\x12"
         "A0123456789-$:/.+B",
         "Codabar:A0123456789-$:/.+B"),
    CODE("CODE93",
         "\x1Dw\x02\x1Dk\x48\x10"
         "0123456789ABCDEF",
         "CODE-93:0123456789ABCDEF"),
    CODE("CODE93, the rest",
         "\x1Dw\x02\x1Dk\x48\x14"
         "GHIJKLMNOPQRSTUVWXYZ",
         "CODE-93:GHIJKLMNOPQRSTUVWXYZ"),
    CODE("CODE93, small letters",
         "\x1Dw\x02\x1Dk\x48\x07"
         "Code-93",
         "CODE-93:Code-93"),
    CODE("CODE128 B",
         "\x1Dk\x49\x0B"
         "{BTill{{128",
         "CODE-128:Till{128"),
    CODE("CODE128 C",
         "\x1Dk\x49\x05"
         "{C\x0C\x22\x38",
         "CODE-128:123456"),
    CODE("CODE128 B, C and A",
         "\x1Dw\x02\x1Dk\x49\x0B"
         "{BAb{C\x0C\x22{AZ",
         "CODE-128:Ab1234Z"),
    CODE("CODE128, one letter of the other set",
         "\x1Dw\x02\x1Dk\x49\x07"
         "{AA{SbC",
         "CODE-128:AbC"),
    CODE("CODE128, choosing itself",
         "\x1Dw\x02\x1Dk\x4F\x0A"
         "AB123456cd",
         "CODE-128:AB123456cd"),
    CODE("GS1-128",
         "\x1Dw\x02\x1Dk\x4A\x12"
         "(01)95012345678903",
         "CODE-128:0195012345678903"),
    CODE("QR",
         "\x1D(k\x03\x00"
         "1C\x05"
         "\x1D(k\x1A\x00"
         "1P0https://example.org/abc"
         "\x1D(k\x03\x00"
         "1Q0",
         "QR-Code:https://example.org/abc"),
    CODE("QR, level H",
         "\x1D(k\x03\x00"
         "1E3"
         "\x1D(k\x0B\x00"
         "1P0KRINGEN1"
         "\x1D(k\x03\x00"
         "1Q0",
         "QR-Code:KRINGEN1"),
};

static char *new_folder(void)
{
    char *path = mem_text("/tmp/tillside-codes-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

/* Removes the folder, and gives the path of its picture before it does; `read` is told the path. */
static void each_file(const char *folder, void (*fn)(const char *path, void *self), void *self)
{
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            char *path = mem_format("%s/%s", folder, e->d_name);
            fn(path, self);
            mem_free(path);
        }
    }
    closedir(d);
}

static void read_code(const char *path, void *self)
{
    char *text = self;
    if (strstr(path, ".png") == NULL) {
        return;
    }
    char *command = mem_format("zbarimg -q --nodbus %s 2>/dev/null", path);
    FILE *reader = popen(command, "re");
    mem_free(command);
    assert_non_null(reader);
    if (fgets(text, TEXT_MOST, reader) != NULL) {
        text[strcspn(text, "\n")] = '\0';
    }
    pclose(reader);
}

static void remove_file(const char *path, void *self)
{
    (void)self;
    unlink(path);
}

static void read_back(const struct code_case *c, char text[TEXT_MOST])
{
    struct desk *d = desk_new(NULL);
    char *path = new_folder();
    struct paper_folder *folder = NULL;
    assert_int_equal(paper_folder_open(path, &folder), OK);
    desk_print(d, "\x1B"
                  "a1\n\n\x1Dh\x50");
    desk_feed(d, c->bytes, c->n);
    desk_print(d, "\n\n\x1DV1");
    assert_int_equal(d->piece_count, 1);
    assert_int_equal(paper_folder_add(folder, &d->pieces[0], 0), OK);
    paper_folder_close(folder);
    text[0] = '\0';
    each_file(path, read_code, text);
    each_file(path, remove_file, NULL);
    rmdir(path);
    mem_free(path);
    desk_free(d);
}

static void another_reader_reads_what_was_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TEXT_MOST];
        read_back(&cases[i], text);
        if (strcmp(text, cases[i].expected) != 0) {
            print_error("%s\n", cases[i].name);
        }
        assert_string_equal(text, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_reader_reads_what_was_sent),
    };
    if (access("/usr/bin/zbarimg", X_OK) != 0) {
        printf("SKIP: zbarimg (Debian's zbar-tools) is not installed\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
