"""Words that made-up people, schools and places are put together from."""

FIRST_NAMES = (
    "Mia Noah Amara Liam Sofía Kwame Olivia José Zoë Hiroshi Priya Mateo Chloé Björn Fatima Ethan "
    "Nguyên Aaliyah Lucas Siobhán Diego Mei Ahmed Grace Tomáš Leilani Jamal Anya Søren Isabella "
    "Omar Hannah Łukasz Camila Elijah Yuki Zainab Owen Renée Andre Ananya Caleb Ximena Viktor Ruth "
    "Kofi Emma Thandiwe Samuel Inés Dmitri Naomi Raúl Harper Mohammed Luna Jin Ava Tyrell Nora "
    "Daniel Aiyana Levi Paloma Henry Ngozi Wyatt Saoirse Javier Ivy Minh Audrey Malik Freya "
    "Gabriel Keiko Isaac Marisol Oscar Talia Jasper Esperanza Felix Rania Theo Imani Hugo Yara "
    "Victor Elena"
).split()

LAST_NAMES = (
    "Lund Okafor García Smith Nguyen Kim Johnson Müller Patel Hernández Williams Kowalski Chen "
    "Jackson Rossi Begay Haddad Brown Silva Tanaka Davis O'Brien Ivanova Martinez Ali Wilson Mbeki "
    "Castañeda Taylor Larsen Ortiz Washington Kaur Reyes Thompson Dvořák Freeman Moreno Clark Yang "
    "Abdi Lewis Núñez Robinson Park Øster Walker Banerjee Young Fernández Allen Sato King Delgado "
    "Wright Eze Scott Vasquez Hill Popescu Green Rivera Baker Adeyemi Nelson Tran Carter Ramos "
    "Moua Mitchell Guzmán Perez Whitehorse Turner Contreras Phillips Bangura Campbell Petrov "
    "Evans Luna"
).split()

MIDDLE_NAMES = ("", "", "A", "Marie", "J", "Lee", "Grace", "R", "James", "Elena", "T", "Kai")

STREETS = (
    "Maple Ave",
    "Oak St",
    "2nd St",
    "Lakeview Dr",
    "Cedar Ln",
    "Highland Rd",
    "Mill Pond Rd",
    "Calle del Sol",
    "Station Rd",
    "Orchard Way",
    "Juniper Ct",
    "Bay St",
)
CITIES = ("Maple Ridge", "Harbor Point", "Cedar Falls", "Lakeside", "Fairview")

PLACES = (
    "Maple Ridge",
    "Sunset",
    "Willow Creek",
    "Jefferson",
    "Harbor View",
    "Pine Grove",
    "Lincoln",
    "Roosevelt",
    "Cedar Hill",
    "Eagle Peak",
    "Riverside",
    "Oak Park",
    "César Chávez",
    "Frederick Douglass",
    "Meadowbrook",
    "Stonebridge",
)

SUBJECTS = (
    "homeroom/advisory",
    "english/language arts",
    "math",
    "science",
    "social studies",
    "arts and music",
    "PE and health",
    "technology and engineering",
    "language",
    "other",
)
RACES = (
    "Caucasian",
    "Asian",
    "Black or African American",
    "American Indian",
    "Hawaiian or Other Pacific Islander",
    "Two or More Races",
    "Unknown",
    "",
)
LANGUAGES = (
    ("English", "eng"),
    ("English", "eng"),
    ("Spanish", "spa"),
    ("Vietnamese", "vie"),
    ("Arabic", "ara"),
    ("Polish", "pol"),
)
TITLES = ("Teacher", "Grade team lead", "Mathematics", "English", "Science", "Librarian", "")
DEPARTMENTS = ("Office", "Library", "Counseling", "English", "Technology", "Health")
EMAIL_DOMAIN = "maple.example"
STAFF_EMAIL_DOMAIN = "staff.maple.example"

ELEMENTARY = (
    "PreKindergarten",
    "TransitionalKindergarten",
    "Kindergarten",
    "1",
    "2",
    "3",
    "4",
    "5",
)
MIDDLE = ("6", "7", "8")
HIGH = ("9", "10", "11", "12")
ALL_GRADES = ELEMENTARY + MIDDLE + HIGH
USUAL_GRADES = ALL_GRADES[2:]
