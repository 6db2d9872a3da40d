/* Words: see words.h. */
#include "words.h"

#include "base/cleanup.h"

static const char *const words[] = {"the",          "of",         "and",         "to",
                                    "in",           "a",          "is",          "that",
                                    "for",          "it",         "as",          "was",
                                    "with",         "be",         "by",          "on",
                                    "not",          "he",         "this",        "are",
                                    "or",           "his",        "from",        "at",
                                    "which",        "but",        "have",        "an",
                                    "had",          "they",       "you",         "were",
                                    "their",        "one",        "all",         "we",
                                    "can",          "her",        "has",         "there",
                                    "been",         "if",         "more",        "when",
                                    "will",         "would",      "who",         "so",
                                    "no",           "out",        "up",          "into",
                                    "than",         "them",       "only",        "its",
                                    "time",         "some",       "could",       "these",
                                    "two",          "may",        "then",        "do",
                                    "first",        "any",        "my",          "now",
                                    "such",         "like",       "our",         "over",
                                    "me",           "even",       "most",        "made",
                                    "after",        "also",       "did",         "many",
                                    "off",          "before",     "must",        "through",
                                    "years",        "much",       "where",       "your",
                                    "way",          "well",       "down",        "should",
                                    "because",      "long",       "each",        "just",
                                    "state",        "people",     "those",       "too",
                                    "mr",           "how",        "little",      "good",
                                    "world",        "make",       "very",        "year",
                                    "still",        "see",        "work",        "life",
                                    "men",          "day",        "here",        "between",
                                    "both",         "being",      "under",       "three",
                                    "never",        "know",       "same",        "last",
                                    "another",      "while",      "us",          "might",
                                    "great",        "old",        "go",          "come",
                                    "since",        "against",    "right",       "came",
                                    "take",         "used",       "himself",     "few",
                                    "house",        "use",        "place",       "during",
                                    "high",         "without",    "again",       "home",
                                    "around",       "small",      "however",     "found",
                                    "mrs",          "part",       "school",      "thought",
                                    "went",         "say",        "general",     "once",
                                    "upon",         "war",        "every",       "don't",
                                    "does",         "got",        "united",      "number",
                                    "hand",         "course",     "water",       "until",
                                    "always",       "away",       "public",      "something",
                                    "fact",         "less",       "though",      "far",
                                    "put",          "head",       "think",       "set",
                                    "called",       "enough",     "end",         "took",
                                    "government",   "night",      "yet",         "system",
                                    "better",       "four",       "nothing",     "told",
                                    "eyes",         "city",       "going",       "president",
                                    "why",          "days",       "present",     "point",
                                    "didn't",       "look",       "find",        "asked",
                                    "second",       "group",      "later",       "knew",
                                    "room",         "social",     "business",    "program",
                                    "given",        "order",      "side",        "national",
                                    "young",        "large",      "account",     "customer",
                                    "invoice",      "payment",    "quarter",     "report",
                                    "contract",     "meeting",    "agenda",      "budget",
                                    "password",     "policy",     "token",       "service",
                                    "secret",       "security",   "employee",    "manager",
                                    "department",   "project",    "schedule",    "deadline",
                                    "review",       "approval",   "document",    "attachment",
                                    "regards",      "sincerely",  "quarterly",   "revenue",
                                    "forecast",     "compliance", "insurance",   "medical",
                                    "patient",      "passport",   "license",     "driver",
                                    "address",      "phone",      "email",       "contact",
                                    "birth",        "number",     "tax",         "bank",
                                    "routing",      "transfer",   "credit",      "card",
                                    "salary",       "benefit",    "agreement",   "client",
                                    "vendor",       "purchase",   "delivery",    "warehouse",
                                    "inventory",    "analysis",   "performance", "server",
                                    "database",     "network",    "deployment",  "configuration",
                                    "environment",  "request",    "response",    "error",
                                    "warning",      "connection", "timeout",     "authentication",
                                    "authorization"};

static const char *const first[] = {"James",    "Mary",    "Robert",  "Patricia", "John",
                                    "Jennifer", "Michael", "Linda",   "David",    "Elizabeth",
                                    "William",  "Barbara", "Richard", "Susan",    "Joseph",
                                    "Jessica",  "Thomas",  "Sarah",   "Charles",  "Karen"};

static const char *const last[] = {"Smith",     "Johnson", "Williams", "Brown",     "Jones",
                                   "Garcia",    "Miller",  "Davis",    "Rodriguez", "Martinez",
                                   "Hernandez", "Lopez",   "Gonzalez", "Wilson",    "Anderson",
                                   "Thomas",    "Taylor",  "Moore",    "Jackson",   "Martin"};

static const char *const domains[] = {"example.com",       "example.org",  "mail.example.net",
                                      "corp.site.example", "acme.example", "post.example.net"};

static const char *const street_names[] = {"Main St",     "Oak Ave",        "Maple Dr",
                                           "High Street", "Bahnhofstrasse", "Rue de la Paix",
                                           "Elm St",      "Park Road"};

static const char *const levels[] = {"INFO", "WARN", "ERROR", "DEBUG"};

enum { N_OFFICE = 100 }; /* the list ends with them */

const WordList common_words = {words, N_ELEMENTS(words)};
const WordList office_words = {words + N_ELEMENTS(words) - N_OFFICE, N_OFFICE};
const WordList first_names = {first, N_ELEMENTS(first)};
const WordList last_names = {last, N_ELEMENTS(last)};
const WordList mail_domains = {domains, N_ELEMENTS(domains)};
const WordList streets = {street_names, N_ELEMENTS(street_names)};
const WordList log_levels = {levels, N_ELEMENTS(levels)};
