/* Guess: texts of each language in each set it is written in; and what must stay windows-1252. */
#include "sample.h"

#include <unicode/ucnv.h>

#include "extract/text/guess.h"

typedef struct Sample {
    const char *text; /* UTF-8 */
    Encoding encodings[5];
    const char *names[5]; /* ICU's */
} Sample;

#define JAPANESE                                                                                                                                \
    "このファイルには社員の名前と住所が書いてあります。\n確認が終わったら、総務部に返してください" \
    "。\n"                                                                                                                                     \
    "電話番号は 03-0000-0000 です。会議は来週の月曜日に始まります。\n"
#define CHINESE                                                                                                             \
    "这个文件里有员工的姓名和地址。\n检查完以后请交给人事部。\n电话号码是 010-0000-0000。" \
    "会议从下周一开始，大家都要参加。\n"
#define TAIWANESE                                                                                                          \
    "這個檔案裡有員工的姓名和地址。\n檢查完以後請交給人事部。\n電話號碼是 02-0000-0000。" \
    "會議從下週一開始，大家都要參加。\n"
#define KOREAN                                                                                                          \
    "이 파일에는 직원의 이름과 주소가 있습니다.\n확인이 끝나면 인사부에 돌려주세요.\n" \
    "전화번호는 02-000-0000 입니다. 회의는 다음 주 월요일에 시작합니다.\n"
#define RUSSIAN                                                                                                                                                    \
    "В этом файле записаны имена и адреса сотрудников.\nПосле проверки верните его в отдел " \
    "кадров.\n"                                                                                                                                              \
    "Телефон: 495 000-00-00. Собрание начнется в понедельник.\n"
#define GREEK_TEXT                                                                                                                                                      \
    "Σε αυτό το αρχείο υπάρχουν τα ονόματα και οι διευθύνσεις των υπαλλήλων.\nΜετά τον έλεγχο " \
    "στείλτε το στο προσωπικό. Η συνάντηση αρχίζει τη Δευτέρα.\n"
#define HEBREW "בקובץ הזה רשומים השמות והכתובות של העובדים.\nאחרי הבדיקה נא להחזיר אותו למשרד.\n"
#define ARABIC                                                                                                                                                        \
    "في هذا الملف أسماء وعناوين الموظفين.\nبعد المراجعة يرجى إعادته إلى المكتب. الاجتماع يوم " \
    "الاثنين.\n"
#define POLISH                                                                                        \
    "W tym pliku są nazwiska i adresy pracowników. Po sprawdzeniu proszę go zwrócić do działu " \
    "kadr.\nSpotkanie zacznie się w poniedziałek o dziewiątej, każdy powinien być obecny. "      \
    "Dziękujemy, że już się zgłosiliście.\n"
#define CZECH                                                                                             \
    "V tomto souboru jsou jména a adresy zaměstnanců. Po kontrole jej prosím vraťte personálnímu " \
    "oddělení.\nSchůzka začíná v pondělí, účast všech je žádoucí.\n"
#define TURKISH_TEXT                                                                                       \
    "Bu dosyada çalışanların adları ve adresleri var. Kontrolden sonra lütfen personel bölümüne " \
    "geri gönderin.\nToplantı pazartesi günü başlıyor, herkesin katılması gerekiyor.\n"
#define GERMAN                                                                                     \
    "In dieser Datei stehen die Namen und Adressen der Beschäftigten. Nach der Prüfung bitte "   \
    "zurück an die Personalabteilung.\nDie Sitzung beginnt am Montag um zehn, für alle, die "    \
    "können; das Gespräch über die Größe der Räume führen wir später.\n"
#define FRENCH                                                                                       \
    "Ce fichier contient les noms et les adresses des employés. Après la vérification, merci de " \
    "le renvoyer à la direction.\nLa réunion débute lundi, à dix heures, près de l'entrée ; "  \
    "où et à quel étage, nous le préciserons dès que possible.\n"

static const Sample samples[] = {
    {JAPANESE,
     {ENCODING_SHIFT_JIS, ENCODING_EUC_JP, ENCODING_ISO2022JP},
     {"windows-31j", "euc-jp", "iso-2022-jp"}},
    {CHINESE, {ENCODING_GB18030, ENCODING_GB18030}, {"gb18030", "gb2312"}},
    {TAIWANESE, {ENCODING_BIG5}, {"big5"}},
    {KOREAN, {ENCODING_EUC_KR, ENCODING_EUC_KR}, {"euc-kr", "windows-949"}},
    {RUSSIAN,
     {ENCODING_WINDOWS1251, ENCODING_KOI8R, ENCODING_IBM866, ENCODING_ISO8859_5},
     {"windows-1251", "koi8-r", "ibm866", "iso-8859-5"}},
    {GREEK_TEXT, {ENCODING_WINDOWS1253, ENCODING_WINDOWS1253}, {"windows-1253", "iso-8859-7"}},
    {HEBREW, {ENCODING_WINDOWS1255}, {"windows-1255"}},
    {ARABIC, {ENCODING_WINDOWS1256}, {"windows-1256"}},
    {POLISH, {ENCODING_WINDOWS1250, ENCODING_ISO8859_2}, {"windows-1250", "iso-8859-2"}},
    {CZECH, {ENCODING_WINDOWS1252}, {"windows-1250"}}, /* most of its letters are in both */
    {TURKISH_TEXT, {ENCODING_WINDOWS1254, ENCODING_WINDOWS1254}, {"windows-1254", "iso-8859-9"}},
    {GERMAN,
     {ENCODING_WINDOWS1252, ENCODING_MACINTOSH, ENCODING_IBM850, ENCODING_WINDOWS1252,
      ENCODING_IBM850},
     {"windows-1252", "macintosh", "ibm850", "iso-8859-15", "ibm437"}},
    {FRENCH,
     {ENCODING_WINDOWS1252, ENCODING_MACINTOSH, ENCODING_IBM850},
     {"windows-1252", "macintosh", "ibm850"}},
};

static size_t convert(const char *name, const char *text, char *at, size_t room) {
    UErrorCode error = U_ZERO_ERROR;
    int32_t n = ucnv_convert(name, "utf-8", at, (int32_t)room, text, -1, &error);

    if (error > U_ZERO_ERROR)
        print_error("%s: %s\n", name, u_errorName(error));
    assert_true(error <= U_ZERO_ERROR);
    return (size_t)n;
}

static Encoding guess(const char *at, size_t n) {
    unsigned bom;

    return encoding_guess(span(at, n), &bom);
}

static void tells_each_language_in_each_set(void **state _unused_) {
    char at[4096];

    for (size_t i = 0; i < N_ELEMENTS(samples); i++) {
        for (size_t k = 0; k < N_ELEMENTS(samples[i].names) && samples[i].names[k]; k++) {
            size_t n = convert(samples[i].names[k], samples[i].text, at, sizeof(at));
            Encoding e = guess(at, n);

            if (e != samples[i].encodings[k])
                print_error("text %zu, %s\n", i, samples[i].names[k]);
            assert_string_equal(encoding_name(e), encoding_name(samples[i].encodings[k]));
        }
    }
}

/* Each line of them alone: few words; and cut anywhere behind the first line. */
static void tells_short_texts_of_the_east(void **state _unused_) {
    char at[4096];

    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < N_ELEMENTS(samples[i].names) && samples[i].names[k]; k++) {
            size_t n = convert(samples[i].names[k], samples[i].text, at, sizeof(at));
            const char *line = memchr(at, '\n', n);

            for (size_t cut = (size_t)(line - at); cut <= n; cut++) {
                Encoding e = guess(at, cut);

                if (e != samples[i].encodings[k])
                    print_error("text %zu, %s, %zu bytes\n", i, samples[i].names[k], cut);
                assert_string_equal(encoding_name(e), encoding_name(samples[i].encodings[k]));
            }
        }
    }
}

/* Accents and quotes that would pass for characters of several bytes, or for other letters. */
static void takes_no_western_text_for_another(void **state _unused_) {
    static const char *const texts[] = {
        "it\x92s what we\x92re told they don\x92t know, so let\x92s see who\x92ll tell, isn\x92t "
        "it",
        "\x93quoted\x94 \x93once\x94 \x93more\x94 \x93"
        "and\x94 \x93"
        "again\x94 \x93so\x94",
        "caf\xe9s d\xe9j\xe0 pr\xeats, tr\xe8s fr\xe9"
        "quent\xe9s l\xe0-bas m\xeame apr\xe8s No\xeb"
        "l",
        "a\xf1o se\xf1"
        "or ni\xf1"
        "a ma\xf1"
        "ana espa\xf1ol campa\xf1"
        "a due\xf1o oto\xf1o",
        "sm\xf8rrebr\xf8"
        "d p\xe5 \xe6ske\xf8"
        "en bl\xe5"
        "b\xe6r r\xf8"
        "d gr\xf8"
        "d m\xe5ned \xe5r",
        "\xa3"
        "100 \xa3"
        "200 \xa7 12 \xa7 13 \xb0"
        "C 20 \xb0"
        "C 30 \xb1 5 \xb1 6",
        "J\xd6RG M\xdcLLER STRA\xdf"
        "E GR\xd6\xdf"
        "E \xdc"
        "BUNG \xc4RZTE K\xd6LN M\xdcNCHEN",
        "caf\xe9",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        Encoding e = guess(texts[i], strlen(texts[i]));

        if (e != ENCODING_WINDOWS1252)
            print_error("text %zu\n", i);
        assert_string_equal(encoding_name(e), "windows-1252");
    }
}

static void takes_noise_for_no_alphabet(void **state _unused_) {
    char at[4096];
    size_t guessed = 0;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        uint64_t s = seed;

        for (size_t i = 0; i < sizeof(at); i++) { /* words, and any byte beyond ASCII */
            uint64_t r = sample_random(&s);

            at[i] = (char)(r % 4 == 0 ? 0x80 + (r >> 8) % 128 : r % 9 == 0 ? ' ' : 'a' + r % 26);
        }
        guessed += guess(at, sizeof(at)) != ENCODING_WINDOWS1252;
    }
    assert_int_equal(guessed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_each_language_in_each_set),
        cmocka_unit_test(tells_short_texts_of_the_east),
        cmocka_unit_test(takes_no_western_text_for_another),
        cmocka_unit_test(takes_noise_for_no_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
