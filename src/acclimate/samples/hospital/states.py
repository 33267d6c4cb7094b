"""The courses of disease: what can happen to a made-up patient, and what comes next.

Codes and descriptions are real: diagnoses from ICD-10 (ICD-10-CM titles), medication from ATC (substances), tests from
LOINC. The frequencies are made up and teach no medicine. No description holds a comma, a colon or an angle bracket.

This material contains content from LOINC (loinc.org), copyright Regenstrief Institute, Inc. and the LOINC Committee,
available at no cost under the licence at loinc.org/license.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Weights = Mapping[str, int]
"""What can be -> how often, relative to the others."""

Pace = Mapping[int, int]
"""Whole days since the event before -> how often, relative to the others."""

ACUTE: Pace = {1: 7, 3: 3}
WEEK: Pace = {7: 7, 3: 1, 14: 2}
FORTNIGHT: Pace = {14: 7, 7: 2, 30: 1}
MONTH: Pace = {30: 7, 14: 1, 60: 2}
QUARTER: Pace = {90: 7, 60: 2, 180: 1}


class State(NamedTuple):
    """One event: its code and description, the days before it, and the codes that follow it."""

    code: str
    description: str
    pace: Pace
    follows: Weights


@dataclass(frozen=True)
class Course:
    """A course of disease, as it stands when the patient is first seen.

    `women` and `men` are how often it is the first of a patient's courses; `age` the middle and the reach in years of a
    triangular distribution; `first` the codes it begins with. Later events may lead into another course.
    """

    women: int
    men: int
    age: tuple[int, int]
    departments: Weights
    first: Weights
    states: tuple[State, ...]


DIABETES = Course(
    women=10,
    men=15,
    age=(56, 9),
    departments={"Endocrinology": 9, "Internal Medicine": 1},
    first={"R73.03": 5, "4548-4": 2, "E11.9": 3},
    states=(
        State("R73.03", "Prediabetes", QUARTER, {"4548-4": 7, "E11.9": 3}),
        State("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", QUARTER, {"A10BA02": 5, "E11.9": 3, "A10AE04": 2}),
        State(
            "E11.9",
            "Type 2 diabetes mellitus without complications",
            FORTNIGHT,
            {"A10BA02": 7, "4548-4": 2, "I10": 1},
        ),
        State("A10BA02", "metformin", WEEK, {"4548-4": 7, "E11.42": 2, "2160-0": 1}),
        State("A10AE04", "insulin glargine", WEEK, {"4548-4": 7, "E11.42": 2, "2160-0": 1}),
        State("E11.42", "Type 2 diabetes mellitus with diabetic polyneuropathy", MONTH, {"A10AE04": 7, "4548-4": 3}),
    ),
)

HEART = Course(
    women=12,
    men=20,
    age=(70, 9),
    departments={"Cardiology": 9, "Internal Medicine": 1},
    first={"I10": 6, "8480-6": 2, "I50.22": 2},
    states=(
        State("I10", "Essential (primary) hypertension", MONTH, {"C09AA05": 7, "8480-6": 3}),
        State("8480-6", "Systolic blood pressure", MONTH, {"C09AA05": 7, "I10": 2, "I50.22": 1}),
        State("C09AA05", "ramipril", WEEK, {"8480-6": 8, "I50.22": 1, "2160-0": 1}),
        State("I50.22", "Chronic systolic (congestive) heart failure", QUARTER, {"C03CA01": 6, "30934-4": 4}),
        State("30934-4", "Natriuretic peptide B [Mass/volume] in Serum or Plasma", MONTH, {"C03CA01": 6, "I50.22": 4}),
        State("C03CA01", "furosemide", ACUTE, {"30934-4": 7, "2160-0": 2, "I50.22": 1}),
    ),
)

LUNG = Course(
    women=9,
    men=14,
    age=(64, 9),
    departments={"Pulmonology": 9, "Internal Medicine": 1},
    first={"R06.02": 6, "J44.1": 4},
    states=(
        State("R06.02", "Shortness of breath", MONTH, {"20150-9": 8, "J44.1": 2}),
        State("20150-9", "FEV1", WEEK, {"R03BB04": 5, "R03AC02": 3, "J44.1": 2}),
        State(
            "J44.1",
            "Chronic obstructive pulmonary disease with (acute) exacerbation",
            QUARTER,
            {"H02AB06": 7, "J96.01": 2, "R03AC02": 1},
        ),
        State("R03BB04", "tiotropium bromide", WEEK, {"20150-9": 7, "J44.1": 3}),
        State("R03AC02", "salbutamol", ACUTE, {"20150-9": 5, "R03BB04": 3, "R06.02": 2}),
        State("H02AB06", "prednisolone", ACUTE, {"R03BB04": 5, "20150-9": 4, "J15.9": 1}),
        State("J96.01", "Acute respiratory failure with hypoxia", ACUTE, {"H02AB06": 8, "R03AC02": 2}),
    ),
)

BREAST = Course(
    women=16,
    men=0,
    age=(54, 9),
    departments={"Oncology": 10},
    first={"Z12.31": 6, "N63.0": 4},
    states=(
        State(
            "Z12.31",
            "Encounter for screening mammogram for malignant neoplasm of breast",
            QUARTER,
            {"N63.0": 6, "C50.911": 4},
        ),
        State("N63.0", "Unspecified lump in unspecified breast", FORTNIGHT, {"C50.911": 8, "Z12.31": 2}),
        State(
            "C50.911",
            "Malignant neoplasm of unspecified site of right female breast",
            FORTNIGHT,
            {"Z51.11": 7, "L02BA01": 3},
        ),
        State("Z51.11", "Encounter for antineoplastic chemotherapy", FORTNIGHT, {"6690-2": 7, "D70.1": 3}),
        State(
            "6690-2",
            "Leukocytes [#/volume] in Blood by Automated count",
            WEEK,
            {"Z51.11": 6, "L02BA01": 3, "D70.1": 1},
        ),
        State("D70.1", "Agranulocytosis secondary to cancer chemotherapy", WEEK, {"L03AA02": 9, "6690-2": 1}),
        State("L03AA02", "filgrastim", ACUTE, {"6690-2": 8, "Z51.11": 2}),
        State("L02BA01", "tamoxifen", MONTH, {"Z08": 8, "C50.911": 2}),
        State(
            "Z08",
            "Encounter for follow-up examination after completed treatment for malignant neoplasm",
            QUARTER,
            {"L02BA01": 7, "Z12.31": 3},
        ),
    ),
)

PREGNANCY = Course(
    women=22,
    men=0,
    age=(29, 7),
    departments={"Obstetrics": 10},
    first={"2106-3": 8, "Z3A.12": 2},
    states=(
        State(
            "2106-3",
            "Choriogonadotropin (pregnancy test) [Presence] in Urine",
            QUARTER,
            {"B03BB01": 7, "Z3A.12": 3},
        ),
        State("B03BB01", "folic acid", ACUTE, {"Z3A.12": 10}),
        State("Z3A.12", "12 weeks gestation of pregnancy", MONTH, {"Z3A.20": 9, "B03BB01": 1}),
        State("Z3A.20", "20 weeks gestation of pregnancy", MONTH, {"2345-7": 6, "Z3A.28": 4}),
        State("2345-7", "Glucose [Mass/volume] in Serum or Plasma", MONTH, {"Z3A.28": 7, "O24.4": 3}),
        State("O24.4", "Gestational diabetes mellitus", WEEK, {"Z3A.28": 6, "2345-7": 4}),
        State("Z3A.28", "28 weeks gestation of pregnancy", MONTH, {"O80": 9, "2345-7": 1}),
        State("O80", "Encounter for full-term uncomplicated delivery", QUARTER, {"Z39.2": 10}),
        State("Z39.2", "Encounter for routine postpartum follow-up", MONTH, {"Z39.2": 5, "2106-3": 3, "44261-6": 2}),
    ),
)

KIDNEY = Course(
    women=9,
    men=14,
    age=(66, 9),
    departments={"Nephrology": 9, "Internal Medicine": 1},
    first={"2160-0": 4, "N18": 6},
    states=(
        State("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", QUARTER, {"N18": 6, "C09CA01": 4}),
        State("N18", "Chronic kidney disease (CKD)", MONTH, {"C09CA01": 7, "D63.1": 2, "2160-0": 1}),
        State("C09CA01", "losartan", WEEK, {"2160-0": 8, "N18.6": 1, "D63.1": 1}),
        State("D63.1", "Anemia in chronic kidney disease", MONTH, {"B03XA01": 9, "2160-0": 1}),
        State("B03XA01", "erythropoietin", WEEK, {"2160-0": 6, "N18.6": 4}),
        State("N18.6", "End stage renal disease", QUARTER, {"Z99.2": 10}),
        State("Z99.2", "Dependence on renal dialysis", ACUTE, {"Z99.2": 6, "B03XA01": 3, "D63.1": 1}),
    ),
)

DEPRESSION = Course(
    women=13,
    men=12,
    age=(38, 9),
    departments={"Psychiatry": 10},
    first={"44261-6": 3, "F32": 5, "F41.1": 2},
    states=(
        State(
            "44261-6",
            "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
            MONTH,
            {"N06AB06": 4, "F32": 4, "N06AX11": 2},
        ),
        State("F32", "Depressive episode", MONTH, {"N06AB06": 7, "44261-6": 2, "F41.1": 1}),
        State("F41.1", "Generalized anxiety disorder", MONTH, {"N06AB06": 7, "44261-6": 3}),
        State("N06AB06", "sertraline", WEEK, {"44261-6": 8, "F41.1": 2}),
        State("N06AX11", "mirtazapine", WEEK, {"44261-6": 8, "F32": 2}),
    ),
)

JOINTS = Course(
    women=13,
    men=12,
    age=(68, 9),
    departments={"Orthopedics": 10},
    first={"M25.561": 6, "M17.0": 4},
    states=(
        State("M25.561", "Pain in right knee", MONTH, {"M01AE01": 7, "M17.0": 3}),
        State("M17.0", "Bilateral primary osteoarthritis of knee", QUARTER, {"N02BE01": 5, "M01AE01": 2, "Z96.651": 3}),
        State("M01AE01", "ibuprofen", ACUTE, {"M17.0": 5, "M25.561": 4, "2160-0": 1}),
        State("N02BE01", "paracetamol", ACUTE, {"M17.0": 6, "M25.561": 4}),
        State("Z96.651", "Presence of right artificial knee joint", QUARTER, {"Z47.1": 10}),
        State("Z47.1", "Aftercare following joint replacement surgery", FORTNIGHT, {"Z47.1": 6, "N02BE01": 4}),
    ),
)

PNEUMONIA = Course(
    women=10,
    men=13,
    age=(47, 9),
    departments={"Internal Medicine": 8, "Pulmonology": 2},
    first={"R05": 7, "J15.9": 3},
    states=(
        State("R05", "Cough", FORTNIGHT, {"1988-5": 7, "J15.9": 2, "R06.02": 1}),
        State(
            "1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", ACUTE, {"J01CR02": 5, "J15.9": 4, "R05": 1}
        ),
        State("J15.9", "Unspecified bacterial pneumonia", ACUTE, {"J01CR02": 6, "J01DD04": 3, "J96.01": 1}),
        State("J01CR02", "amoxicillin and beta-lactamase inhibitor", ACUTE, {"1988-5": 8, "R05": 2}),
        State("J01DD04", "ceftriaxone", ACUTE, {"1988-5": 8, "J15.9": 2}),
    ),
)

COURSES = (DIABETES, HEART, LUNG, BREAST, PREGNANCY, KIDNEY, DEPRESSION, JOINTS, PNEUMONIA)

EVENTS: Mapping[int, int] = {6: 10, 7: 16, 8: 20, 9: 18, 10: 14, 11: 10, 12: 6, 13: 4, 14: 2}
"""Events of a patient -> how often, relative to the others."""
