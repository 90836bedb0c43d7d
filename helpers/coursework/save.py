"""Releases an assignment again after students have handed in: exercises may go, come and change."""

from nbgrader.api import Comment, Grade, GradeCell, SolutionCell
from nbgrader.preprocessors import SaveCells
from traitlets import Unicode

from helpers.coursework import handed_out


class Save(SaveCells):
    """nbgrader refuses to add or remove a cell of an assignment that has submissions; this doesn't.

    With a cell that is gone its grades and comments go. A new cell gets empty ones, which the next
    grading fills; all other marks stay.
    """

    source = Unicode(help="The course's folder of source notebooks.").tag(config=True)

    def _create_notebook(self, nb):
        handed_out.remember(self.source, self.assignment_id, [cell.source for cell in nb.cells])
        try:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except ValueError:  # nbgrader's MissingEntry: the first release
            notebook = None
        if notebook and notebook.submissions:
            self.remove(notebook)
            self.add(notebook)
        super()._create_notebook(nb)

    def remove(self, notebook):
        """Remove the cells that are gone."""
        db = self.gradebook.db
        kept = [(GradeCell, self.new_grade_cells), (SolutionCell, self.new_solution_cells)]
        for kind, names in kept:
            cells = notebook.grade_cells if kind is GradeCell else notebook.solution_cells
            for cell in [cell for cell in cells if cell.name not in names]:
                for row in [*cell.grades, *cell.comments]:
                    db.delete(row)
                db.flush()
                db.delete(cell)
        for cell in [c for c in notebook.source_cells if c.name not in self.new_source_cells]:
            db.delete(cell)
        db.commit()
        db.expire_all()

    def add(self, notebook):
        """Add the new cells, with a row for each submission."""
        book, place = self.gradebook, (self.notebook_id, self.assignment_id)
        grades = {cell.name for cell in notebook.grade_cells}
        solutions = {cell.name for cell in notebook.solution_cells}
        sources = {cell.name for cell in notebook.source_cells}
        for name, about in self.new_source_cells.items():
            if name not in sources:
                book.add_source_cell(name, *place, **about)
        for name, about in self.new_grade_cells.items():
            if name not in grades:
                cell = book.add_grade_cell(name, *place, **about)
                book.db.add_all(Grade(cell_id=cell.id, notebook=n) for n in notebook.submissions)
        for name, about in self.new_solution_cells.items():
            if name not in solutions:
                cell = book.add_solution_cell(name, *place, **about)
                book.db.add_all(Comment(cell_id=cell.id, notebook=n) for n in notebook.submissions)
        book.db.commit()
        book.db.expire_all()
